#include "COnnx.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The table of functions is only ever added to; version 11 has all that is used here.
enum { table_version = 11, most_ports = 32 };

typedef struct OrtStatus OrtStatus;
typedef struct {
  const void *(*table)(uint32_t version);
  const char *(*version)(void);
} library_base;

/// Where functions stand in the table.
enum {
  error_message = 2,
  create_env = 3,
  create_session_from_array = 8,
  run_session = 9,
  create_options = 10,
  set_log_severity = 22,
  set_optimization = 23,
  set_threads_within = 24,
  set_threads_between = 25,
  input_count = 30,
  output_count = 31,
  input_type = 33,
  output_type = 34,
  input_name = 36,
  output_name = 37,
  create_tensor = 49,
  tensor_data = 51,
  cast_type = 55,
  element_type = 60,
  extent_count = 61,
  extents_of = 62,
  element_count = 64,
  shape_of = 65,
  create_memory_info = 69,
  free_with = 76,
  default_allocator = 78,
  release_status = 93,
  release_memory_info = 94,
  release_session = 95,
  release_value = 96,
  release_type = 98,
  release_shape = 99,
  release_options = 100
};

static const void *const *table;
static void *environment;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define CALL(place, ...) ((OrtStatus * (*)(__VA_ARGS__)) table[place])
#define RELEASE(place, value) (((void (*)(void *))table[place])(value))

struct sonde_onnx {
  void *session;
  size_t counts[2];
  sonde_onnx_port ports[2][most_ports];
};

/// Takes over the status: whether there was an error, with its words.
static int failed(OrtStatus *status, char *words) {
  if (!status) return 0;
  const char *text = ((const char *(*)(const OrtStatus *))table[error_message])(status);
  if (words) snprintf(words, sonde_onnx_words, "%s", text ? text : "unknown");
  RELEASE(release_status, status);
  return 1;
}

int sonde_onnx_load(const char *path) {
  pthread_mutex_lock(&lock);
  if (!table) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const library_base *(*base)(void) = NULL;
    if (library) *(void **)&base = dlsym(library, "OrtGetApiBase");
    const void *const *found = base ? base()->table(table_version) : NULL;
    if (found) {
      table = found;
      // 4: only what is fatal is said aloud.
      if (failed(CALL(create_env, int, const char *, void **)(4, "sonde", &environment), NULL)) table = NULL;
    }
  }
  int code = table ? 0 : 1;
  pthread_mutex_unlock(&lock);
  return code;
}

static void describe_tensor(const void *shape, sonde_onnx_port *port) {
  size_t rank = 0;
  int type = 0;
  if (failed(CALL(extent_count, const void *, size_t *)(shape, &rank), NULL) || rank > 8) return;
  if (failed(CALL(extents_of, const void *, int64_t *, size_t)(shape, port->extents, rank), NULL)) return;
  if (failed(CALL(element_type, const void *, int *)(shape, &type), NULL)) return;
  port->rank = rank;
  port->type = type;
}

static int describe(sonde_onnx *network, int is_output, char *words) {
  void *allocator = NULL;
  if (failed(CALL(default_allocator, void **)(&allocator), words)) return 1;
  size_t count = 0;
  if (failed(CALL(is_output ? output_count : input_count, const void *, size_t *)(network->session, &count), words))
    return 1;
  network->counts[is_output] = count < most_ports ? count : most_ports;
  for (size_t place = 0; place < network->counts[is_output]; place++) {
    sonde_onnx_port *port = &network->ports[is_output][place];
    char *name = NULL;
    if (failed(
            CALL(is_output ? output_name : input_name, const void *, size_t, void *, char **)(
                network->session, place, allocator, &name),
            words))
      return 1;
    port->name = strdup(name);
    failed(CALL(free_with, void *, void *)(allocator, name), NULL);
    void *type = NULL;
    if (failed(
            CALL(is_output ? output_type : input_type, const void *, size_t, void **)(
                network->session, place, &type),
            words))
      return 1;
    const void *shape = NULL;
    if (!failed(CALL(cast_type, const void *, const void **)(type, &shape), NULL) && shape)
      describe_tensor(shape, port);
    RELEASE(release_type, type);
  }
  return 0;
}

int sonde_onnx_open(const void *model, size_t size, sonde_onnx **network, char words[sonde_onnx_words]) {
  *network = NULL;
  sonde_onnx *made = calloc(1, sizeof *made);
  if (!made) return 1;
  void *options = NULL;
  int code = failed(CALL(create_options, void **)(&options), words);
  if (!code) {
    // One thread a run: the caller runs several at once, and sums do not depend on how many.
    failed(CALL(set_threads_within, void *, int)(options, 1), NULL);
    failed(CALL(set_threads_between, void *, int)(options, 1), NULL);
    failed(CALL(set_log_severity, void *, int)(options, 4), NULL);
    failed(CALL(set_optimization, void *, int)(options, 99), NULL);
    code = failed(
        CALL(create_session_from_array, const void *, const void *, size_t, const void *, void **)(
            environment, model, size, options, &made->session),
        words);
    RELEASE(release_options, options);
  }
  if (!code) code = describe(made, 0, words) || describe(made, 1, words);
  if (code) {
    sonde_onnx_close(made);
    return 1;
  }
  *network = made;
  return 0;
}

void sonde_onnx_close(sonde_onnx *network) {
  if (!network) return;
  if (network->session) RELEASE(release_session, network->session);
  for (int side = 0; side < 2; side++)
    for (size_t place = 0; place < network->counts[side]; place++) free((void *)network->ports[side][place].name);
  free(network);
}

size_t sonde_onnx_count(const sonde_onnx *network, int is_output) { return network->counts[is_output]; }

sonde_onnx_port sonde_onnx_describe(const sonde_onnx *network, int is_output, size_t place) {
  return network->ports[is_output][place];
}

/// Copies a tensor of numbers as floats.
static int copy_output(void *value, sonde_onnx_output *result, char *words) {
  void *shape = NULL;
  if (failed(CALL(shape_of, const void *, void **)(value, &shape), words)) return 1;
  sonde_onnx_port port = {0};
  describe_tensor(shape, &port);
  size_t count = 0;
  int code = failed(CALL(element_count, const void *, size_t *)(shape, &count), words);
  RELEASE(release_shape, shape);
  if (code) return 1;
  if (port.type != 1 && port.type != 7 && port.type != 6 && port.type != 11) {
    snprintf(words, sonde_onnx_words, "the output holds no plain numbers (type %d)", port.type);
    return 1;
  }
  void *data = NULL;
  if (failed(CALL(tensor_data, void *, void **)(value, &data), words)) return 1;
  float *values = malloc(count ? count * sizeof(float) : 1);
  if (!values) return 1;
  for (size_t i = 0; i < count; i++) switch (port.type) {
      case 1: values[i] = ((float *)data)[i]; break;
      case 6: values[i] = (float)((int32_t *)data)[i]; break;
      case 7: values[i] = (float)((int64_t *)data)[i]; break;
      default: values[i] = (float)((double *)data)[i];
    }
  result->rank = port.rank;
  memcpy(result->extents, port.extents, sizeof port.extents);
  result->count = count;
  result->values = values;
  return 0;
}

int sonde_onnx_run(
    sonde_onnx *network, const sonde_onnx_input *inputs, size_t count, const char *output,
    sonde_onnx_output *result, char words[sonde_onnx_words]) {
  if (count > most_ports) return 1;
  const char *names[most_ports];
  void *values[most_ports] = {0};
  void *memory = NULL;
  void *made = NULL;
  // 1: memory of an arena, 0: of the usual kind.
  int code = failed(CALL(create_memory_info, int, int, void **)(1, 0, &memory), words);
  for (size_t i = 0; i < count && !code; i++) {
    names[i] = inputs[i].name;
    code = failed(
        CALL(create_tensor, const void *, void *, size_t, const int64_t *, size_t, int, void **)(
            memory, inputs[i].data, inputs[i].bytes, inputs[i].extents, inputs[i].rank, inputs[i].type, &values[i]),
        words);
  }
  if (!code)
    code = failed(
        CALL(
            run_session, void *, const void *, const char *const *, const void *const *, size_t,
            const char *const *, size_t, void **)(
            network->session, NULL, names, (const void *const *)values, count, &output, 1, &made),
        words);
  if (!code) code = copy_output(made, result, words);
  if (made) RELEASE(release_value, made);
  for (size_t i = 0; i < count; i++)
    if (values[i]) RELEASE(release_value, values[i]);
  if (memory) RELEASE(release_memory_info, memory);
  return code;
}
