#pragma once
#include <stdbool.h>
/// Whether this processor runs x86-64-v3 code (AVX2, BMI2, FMA).
bool sonde_processor_is_v3(void);
/// Whether this processor runs x86-64-v4 code, too (AVX-512 F, BW, CD, DQ, VL).
bool sonde_processor_is_v4(void);
