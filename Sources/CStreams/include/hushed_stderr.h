// Keeps what C libraries print on `stderr` away from the screen, one thread at a time.
//
// The stream is replaced once and for good; what other threads print goes to the descriptor as before.
#pragma once
#include <stddef.h>

/// From here on what this thread prints on `stderr` is kept.
void sonde_hush_begin(void);

/// Ends that, and gives the first of what was kept, zero-terminated in `room` bytes.
///
/// Returns how many bytes were printed in all.
size_t sonde_hush_end(char *text, size_t room);
