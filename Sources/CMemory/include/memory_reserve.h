#ifndef SONDE_MEMORY_RESERVE_H
#define SONDE_MEMORY_RESERVE_H

/* Keeps at most `kept` bytes of freed memory for what comes next; pieces larger than `largest` go back at once. */
void sonde_keep_freed_memory(int kept, int largest);

#endif
