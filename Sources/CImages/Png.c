#include "CImages.h"
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} Source;

static void fail(png_structp png, png_const_charp message) {
  SondePicture *picture = png_get_error_ptr(png);
  snprintf(picture->message, sizeof picture->message, "%s", message);
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void take(png_structp png, png_bytep target, size_t wanted) {
  Source *source = png_get_io_ptr(png);
  if (wanted > source->count - source->position) png_error(png, "it ends too early");
  memcpy(target, source->bytes + source->position, wanted);
  source->position += wanted;
}

static int32_t run(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  Source source = {bytes, count, 0};
  memset(picture, 0, sizeof *picture);
  picture->orientation = 1;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, picture, fail, ignore);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  png_bytep *volatile rows = NULL;
  if (info == NULL || setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return SondePictureDamaged;
  }
  png_set_user_limits(png, 65535, 65535);
  png_set_chunk_malloc_max(png, 16 << 20);
  png_set_chunk_cache_max(png, 64);
  png_set_read_fn(png, &source, take);
  png_read_info(png, info);
  png_set_expand(png);
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  picture->width = png_get_image_width(png, info);
  picture->height = png_get_image_height(png, info);
  picture->channels = png_get_channels(png, info);
  picture->depth = png_get_bit_depth(png, info) == 16 ? SondeDepth16 : SondeDepth8;
  if (target != NULL) {
    size_t stride = png_get_rowbytes(png, info);
    if (stride * picture->height != room) png_error(png, "its header is damaged");
    rows = malloc(picture->height * sizeof *rows);
    if (rows == NULL) png_error(png, "there is not enough memory");
    for (uint32_t row = 0; row < picture->height; row++) rows[row] = target + row * stride;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    free(rows);
    rows = NULL;
  }
  png_destroy_read_struct(&png, &info, NULL);
  return SondePictureFine;
}

int32_t sonde_png_header(const uint8_t *bytes, size_t count, SondePicture *picture) {
  return run(bytes, count, NULL, 0, picture);
}

int32_t sonde_png_decode(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  return run(bytes, count, target, room, picture);
}
