/// A thin face on ONNX Runtime, which is loaded only when the first network is opened.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sonde_onnx sonde_onnx;

typedef struct {
  const char *name;
  /// 1 float, 6 and 7 whole numbers of 32 and 64 bits, 11 double; 0 for what is no tensor.
  int type;
  size_t rank;
  /// -1 where it is free.
  int64_t extents[8];
} sonde_onnx_port;

enum { sonde_onnx_words = 512 };

/// Loads the library from a path or name, once. 0: usable.
int sonde_onnx_load(const char *path);
/// Opens a network from its bytes. 0, or 1 with what is wrong in `words`.
int sonde_onnx_open(const void *model, size_t size, sonde_onnx **network, char words[sonde_onnx_words]);
void sonde_onnx_close(sonde_onnx *network);
size_t sonde_onnx_count(const sonde_onnx *network, int is_output);
sonde_onnx_port sonde_onnx_describe(const sonde_onnx *network, int is_output, size_t place);

typedef struct {
  const char *name;
  int type;
  size_t rank;
  const int64_t *extents;
  void *data;
  size_t bytes;
} sonde_onnx_input;

typedef struct {
  size_t rank;
  int64_t extents[8];
  size_t count;
  /// Freed by the caller.
  float *values;
} sonde_onnx_output;

/// Runs the network and copies one output as floats. May be called from several threads at once.
int sonde_onnx_run(
    sonde_onnx *network, const sonde_onnx_input *inputs, size_t count, const char *output,
    sonde_onnx_output *result, char words[sonde_onnx_words]);
