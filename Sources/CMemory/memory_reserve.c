#include "memory_reserve.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

void sonde_keep_freed_memory(int kept, int largest) {
  mallopt(M_TRIM_THRESHOLD, kept);
  mallopt(M_MMAP_THRESHOLD, largest);
}
#else
void sonde_keep_freed_memory(int kept, int largest) {
  (void)kept;
  (void)largest;
}
#endif
