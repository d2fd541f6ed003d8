#include "CImages.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  const uint8_t *bytes;
  size_t count, position;
} Source;

static int note(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  SondePicture *picture = context;
  if (picture->message[0] == 0) vsnprintf(picture->message, sizeof picture->message, format, arguments);
  return 1;
}

static int ignore(TIFF *tiff, void *context, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)context, (void)module, (void)format, (void)arguments;
  return 1;
}

static tmsize_t take(thandle_t handle, void *target, tmsize_t wanted) {
  Source *source = handle;
  size_t rest = source->count - source->position;
  size_t step = wanted < 0 ? 0 : (size_t)wanted < rest ? (size_t)wanted : rest;
  memcpy(target, source->bytes + source->position, step);
  source->position += step;
  return (tmsize_t)step;
}

static tmsize_t refuse(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle, (void)bytes, (void)count;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Source *source = handle;
  toff_t base = whence == SEEK_CUR ? source->position : whence == SEEK_END ? source->count : 0;
  toff_t place = base + offset;
  source->position = place > source->count ? source->count : (size_t)place;
  return source->position;
}

static int keep(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((Source *)handle)->count; }

static TIFF *open_tiff(Source *source, SondePicture *picture) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetErrorHandlerExtR(options, note, picture);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore, NULL);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
  TIFF *tiff =
      TIFFClientOpenExt("picture", "rm", source, take, refuse, seek, keep, size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

/// How the samples lie in the file.
typedef struct {
  uint16_t bits, format, channels, photometric, planar;
  /// Read through the library's own conversion to 8-bit RGBA.
  int asColour;
} Layout;

static int32_t look(TIFF *tiff, SondePicture *picture, Layout *layout) {
  uint16_t turned = 1;
  memset(layout, 0, sizeof *layout);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout->format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &turned);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric)) layout->photometric = PHOTOMETRIC_MINISBLACK;
  picture->width = picture->height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &picture->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &picture->height);
  picture->orientation = turned >= 1 && turned <= 8 ? turned : 1;
  picture->channels = layout->channels;
  int isPlain = layout->photometric == PHOTOMETRIC_MINISBLACK || layout->photometric == PHOTOMETRIC_MINISWHITE
                || layout->photometric == PHOTOMETRIC_RGB;
  int isWhole = layout->format == SAMPLEFORMAT_UINT || layout->format == SAMPLEFORMAT_VOID;
  if (isPlain && isWhole && layout->bits == 8) {
    picture->depth = SondeDepth8;
  } else if (isPlain && isWhole && layout->bits == 16) {
    picture->depth = SondeDepth16;
  } else if (
      isPlain
      && ((isWhole && layout->bits == 32)
          || (layout->format == SAMPLEFORMAT_INT
              && (layout->bits == 8 || layout->bits == 16 || layout->bits == 32))
          || (layout->format == SAMPLEFORMAT_IEEEFP && (layout->bits == 32 || layout->bits == 64)))) {
    picture->depth = SondeDepthFloat;
  } else if (isWhole && layout->bits <= 8 && TIFFRGBAImageOK(tiff, picture->message)) {
    layout->asColour = 1;
    picture->orientation = 1;
    picture->channels = 4;
    picture->depth = SondeDepth8;
    picture->message[0] = 0;
  } else {
    snprintf(
        picture->message, sizeof picture->message, "its samples of %d bits (format %d) are of no known kind",
        layout->bits, layout->format);
    return SondePictureUnsupported;
  }
  if (layout->planar == PLANARCONFIG_SEPARATE && layout->channels > 1 && !layout->asColour) {
    snprintf(picture->message, sizeof picture->message, "its channels lie in separate planes");
    return SondePictureUnsupported;
  }
  if (picture->width == 0 || picture->height == 0 || picture->width > 65535 || picture->height > 65535
      || picture->channels == 0 || picture->channels > 64) {
    snprintf(picture->message, sizeof picture->message, "its size is impossible");
    return SondePictureDamaged;
  }
  return SondePictureFine;
}

/// Turns one run of samples into those of the picture.
static void convert(const Layout *layout, const uint8_t *from, uint8_t *to, size_t samples) {
  size_t place;
  if (layout->bits == 8 && layout->format != SAMPLEFORMAT_INT) {
    uint8_t flip = layout->photometric == PHOTOMETRIC_MINISWHITE ? 0xFF : 0;
    for (place = 0; place < samples; place++) to[place] = from[place] ^ flip;
    return;
  }
  if (layout->bits == 16 && layout->format != SAMPLEFORMAT_INT) {
    uint16_t flip = layout->photometric == PHOTOMETRIC_MINISWHITE ? 0xFFFF : 0, sample;
    for (place = 0; place < samples; place++) {
      memcpy(&sample, from + place * 2, 2);
      sample ^= flip;
      memcpy(to + place * 2, &sample, 2);
    }
    return;
  }
  for (place = 0; place < samples; place++) {
    float value;
    if (layout->format == SAMPLEFORMAT_IEEEFP && layout->bits == 32) {
      memcpy(&value, from + place * 4, 4);
    } else if (layout->format == SAMPLEFORMAT_IEEEFP) {
      double wide;
      memcpy(&wide, from + place * 8, 8);
      value = (float)wide;
    } else if (layout->format == SAMPLEFORMAT_INT && layout->bits == 8) {
      value = (float)(int8_t)from[place];
    } else if (layout->format == SAMPLEFORMAT_INT && layout->bits == 16) {
      int16_t whole;
      memcpy(&whole, from + place * 2, 2);
      value = (float)whole;
    } else if (layout->format == SAMPLEFORMAT_INT) {
      int32_t whole;
      memcpy(&whole, from + place * 4, 4);
      value = (float)whole;
    } else {
      uint32_t whole;
      memcpy(&whole, from + place * 4, 4);
      value = (float)whole;
    }
    memcpy(to + place * 4, &value, 4);
  }
}

static int read_samples(TIFF *tiff, const Layout *layout, const SondePicture *picture, uint8_t *target) {
  static const size_t depths[] = {1, 2, 4};
  size_t outPixel = picture->channels * depths[picture->depth], inPixel = (size_t)layout->channels * layout->bits / 8;
  size_t stride = outPixel * picture->width;
  if (layout->asColour) {
    if (!TIFFReadRGBAImageOriented(tiff, picture->width, picture->height, (uint32_t *)(void *)target, ORIENTATION_TOPLEFT, 1))
      return 0;
    return 1;
  }
  if (TIFFIsTiled(tiff)) {
    uint32_t tileWidth = 0, tileHeight = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tileWidth);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tileHeight);
    tmsize_t bytes = TIFFTileSize(tiff);
    if (tileWidth == 0 || tileHeight == 0 || bytes <= 0 || (size_t)bytes / tileHeight / inPixel < tileWidth) return 0;
    uint8_t *tile = malloc((size_t)bytes);
    if (tile == NULL) return 0;
    for (uint32_t top = 0; top < picture->height; top += tileHeight) {
      for (uint32_t left = 0; left < picture->width; left += tileWidth) {
        if (TIFFReadTile(tiff, tile, left, top, 0, 0) < 0) {
          free(tile);
          return 0;
        }
        uint32_t width = picture->width - left < tileWidth ? picture->width - left : tileWidth;
        uint32_t height = picture->height - top < tileHeight ? picture->height - top : tileHeight;
        for (uint32_t row = 0; row < height; row++) {
          convert(
              layout, tile + (size_t)row * tileWidth * inPixel, target + (top + row) * stride + left * outPixel,
              (size_t)width * layout->channels);
        }
      }
    }
    free(tile);
    return 1;
  }
  tmsize_t bytes = TIFFScanlineSize(tiff);
  if (bytes <= 0 || (size_t)bytes < inPixel * picture->width) return 0;
  uint8_t *line = malloc((size_t)bytes);
  if (line == NULL) return 0;
  for (uint32_t row = 0; row < picture->height; row++) {
    if (TIFFReadScanline(tiff, line, row, 0) < 0) {
      free(line);
      return 0;
    }
    convert(layout, line, target + row * stride, (size_t)picture->width * layout->channels);
  }
  free(line);
  return 1;
}

static int32_t run(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  static const size_t depths[] = {1, 2, 4};
  Source source = {bytes, count, 0};
  Layout layout;
  memset(picture, 0, sizeof *picture);
  TIFF *tiff = open_tiff(&source, picture);
  if (tiff == NULL) return SondePictureDamaged;
  int32_t status = look(tiff, picture, &layout);
  if (status == SondePictureFine && target != NULL) {
    size_t needed = (size_t)picture->width * picture->height * picture->channels * depths[picture->depth];
    if (needed != room || !read_samples(tiff, &layout, picture, target)) status = SondePictureDamaged;
  }
  TIFFClose(tiff);
  return status;
}

int32_t sonde_tiff_header(const uint8_t *bytes, size_t count, SondePicture *picture) {
  return run(bytes, count, NULL, 0, picture);
}

int32_t sonde_tiff_decode(
    const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture) {
  return run(bytes, count, target, room, picture);
}
