#include "CImages.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

/// A small file can hold endless passes over a large picture.
enum { MostScans = 400, RowsAtOnce = 8 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf back;
  SondePicture *picture;
} Errors;

static void fail(j_common_ptr codec) {
  Errors *errors = (Errors *)codec->err;
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  snprintf(errors->picture->message, sizeof errors->picture->message, "%.150s", message);
  longjmp(errors->back, 1);
}

/// The library goes on with grey where data are missing; that would be an anomaly of our own making.
static void notice(j_common_ptr codec, int level) {
  int code = codec->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE)) {
    codec->err->error_exit(codec);
  }
}

static void count_scans(j_common_ptr codec) {
  if (codec->is_decompressor && ((j_decompress_ptr)codec)->input_scan_number > MostScans) {
    ERREXIT(codec, JERR_BAD_PROGRESSION);
  }
}

static uint32_t number(const uint8_t *bytes, int size, int isBig) {
  uint32_t value = 0;
  for (int place = 0; place < size; place++) value |= (uint32_t)bytes[place] << 8 * (isBig ? size - 1 - place : place);
  return value;
}

/// The orientation in the first directory of an Exif block; 1 if there is none.
static uint32_t orientation(const jpeg_saved_marker_ptr first) {
  for (jpeg_saved_marker_ptr marker = first; marker != NULL; marker = marker->next) {
    const uint8_t *data = marker->data;
    size_t count = marker->data_length;
    if (marker->marker != JPEG_APP0 + 1 || count < 14 || memcmp(data, "Exif\0\0", 6) != 0) continue;
    data += 6;
    count -= 6;
    int isBig = data[0] == 'M';
    uint32_t start = number(data + 4, 4, isBig);
    if (start > count || count - start < 2) return 1;
    uint32_t entries = number(data + start, 2, isBig);
    for (uint32_t entry = 0; entry < entries; entry++) {
      size_t at = start + 2 + (size_t)entry * 12;
      if (at + 12 > count) return 1;
      if (number(data + at, 2, isBig) == 0x112) {
        uint32_t value = number(data + at + 8, 2, isBig);
        return value >= 1 && value <= 8 ? value : 1;
      }
    }
  }
  return 1;
}

static int32_t run(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  struct jpeg_decompress_struct codec;
  struct jpeg_progress_mgr progress;
  Errors errors;
  memset(picture, 0, sizeof *picture);
  memset(&codec, 0, sizeof codec);
  memset(&progress, 0, sizeof progress);
  codec.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = fail;
  errors.base.emit_message = notice;
  errors.picture = picture;
  if (setjmp(errors.back)) {
    jpeg_destroy_decompress(&codec);
    return SondePictureDamaged;
  }
  jpeg_create_decompress(&codec);
  progress.progress_monitor = count_scans;
  codec.progress = &progress;
  jpeg_mem_src(&codec, bytes, count);
  jpeg_save_markers(&codec, JPEG_APP0 + 1, 0xFFFF);
  jpeg_read_header(&codec, TRUE);
  if (codec.num_components != 1 && codec.num_components != 3) {
    jpeg_destroy_decompress(&codec);
    snprintf(picture->message, sizeof picture->message, "its colours are not grey or RGB");
    return SondePictureUnsupported;
  }
  codec.out_color_space = codec.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  codec.dct_method = JDCT_ISLOW;
  picture->width = codec.image_width;
  picture->height = codec.image_height;
  picture->channels = (uint32_t)codec.num_components;
  picture->depth = SondeDepth8;
  picture->orientation = orientation(codec.marker_list);
  if (target != NULL) {
    size_t stride = (size_t)picture->width * picture->channels;
    if (stride * picture->height != room) ERREXIT(&codec, JERR_BAD_LENGTH);
    jpeg_start_decompress(&codec);
    while (codec.output_scanline < codec.output_height) {
      // Several at once: the library makes two lines together where colours have half the lines.
      JSAMPROW rows[RowsAtOnce];
      JDIMENSION left = codec.output_height - codec.output_scanline;
      JDIMENSION wanted = left < RowsAtOnce ? left : RowsAtOnce;
      for (JDIMENSION row = 0; row < wanted; row++) rows[row] = target + (codec.output_scanline + row) * stride;
      jpeg_read_scanlines(&codec, rows, wanted);
    }
    jpeg_finish_decompress(&codec);
  }
  jpeg_destroy_decompress(&codec);
  return SondePictureFine;
}

int32_t sonde_jpeg_header(const uint8_t *bytes, size_t count, SondePicture *picture) {
  return run(bytes, count, NULL, 0, picture);
}

int32_t sonde_jpeg_decode(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  return run(bytes, count, target, room, picture);
}
