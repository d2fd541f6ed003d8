#include "CImages.h"
#include <math.h>
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
  uint16_t bits, format, channels, photometric, planar, turned;
  /// Read through the library's own conversion to 8-bit RGBA.
  int asColour;
} Layout;

static const size_t depths[] = {1, 2, 4};

/// Bounds what the conversion to RGBA may take.
static const uint64_t most_colour_bytes = (uint64_t)1 << 29;

static int is_number(const Layout *layout) {
  switch (layout->format) {
  case SAMPLEFORMAT_UINT:
  case SAMPLEFORMAT_VOID: return layout->bits == 8 || layout->bits == 16 || layout->bits == 32 || layout->bits == 64;
  case SAMPLEFORMAT_INT: return layout->bits == 8 || layout->bits == 16 || layout->bits == 32 || layout->bits == 64;
  case SAMPLEFORMAT_IEEEFP: return layout->bits == 16 || layout->bits == 32 || layout->bits == 64;
  default: return 0;
  }
}

static const char *colours(uint16_t photometric) {
  switch (photometric) {
  case PHOTOMETRIC_MINISWHITE:
  case PHOTOMETRIC_MINISBLACK: return "grey";
  case PHOTOMETRIC_RGB: return "RGB";
  case PHOTOMETRIC_PALETTE: return "palette";
  case PHOTOMETRIC_SEPARATED: return "CMYK";
  case PHOTOMETRIC_YCBCR: return "YCbCr";
  case PHOTOMETRIC_CIELAB:
  case PHOTOMETRIC_ICCLAB:
  case PHOTOMETRIC_ITULAB: return "Lab";
  case PHOTOMETRIC_CFA: return "raw camera";
  case PHOTOMETRIC_LOGL:
  case PHOTOMETRIC_LOGLUV: return "LogLuv";
  default: return "unknown";
  }
}

static const char *kind_name(uint16_t format) {
  switch (format) {
  case SAMPLEFORMAT_INT: return "signed ";
  case SAMPLEFORMAT_IEEEFP: return "floating-point ";
  case SAMPLEFORMAT_COMPLEXINT:
  case SAMPLEFORMAT_COMPLEXIEEEFP: return "complex ";
  default: return "";
  }
}

/// How many channels the conversion to RGBA really fills.
static uint32_t colour_channels(TIFF *tiff, const Layout *layout) {
  uint16_t count = 0, *kinds = NULL;
  int isGrey = layout->photometric == PHOTOMETRIC_MINISBLACK || layout->photometric == PHOTOMETRIC_MINISWHITE;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
  for (uint16_t place = 0; place < count && kinds != NULL; place++) {
    if (kinds[place] == EXTRASAMPLE_ASSOCALPHA || kinds[place] == EXTRASAMPLE_UNASSALPHA) return 4;
  }
  return isGrey ? 1 : 3;
}

static int32_t look(TIFF *tiff, SondePicture *picture, Layout *layout) {
  uint16_t turned = 1, packing = COMPRESSION_NONE;
  memset(layout, 0, sizeof *layout);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &layout->format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &turned);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &packing);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric)) layout->photometric = PHOTOMETRIC_MINISBLACK;
  picture->width = picture->height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &picture->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &picture->height);
  picture->orientation = turned >= 1 && turned <= 8 ? turned : 1;
  picture->channels = layout->channels;
  layout->turned = (uint16_t)picture->orientation;
  if (!TIFFIsCODECConfigured(packing)) {
    snprintf(
        picture->message, sizeof picture->message, "it is packed as %s (TIFF compression %d), which cannot be unpacked",
        packing == 34712 || packing == 33003 || packing == 33005 ? "JPEG 2000" : packing == 50002 ? "JPEG XL" : "something rare",
        packing);
    return SondePictureUnsupported;
  }
  int isPlain = layout->photometric == PHOTOMETRIC_MINISBLACK || layout->photometric == PHOTOMETRIC_MINISWHITE
                || layout->photometric == PHOTOMETRIC_RGB;
  int isWhole = layout->format == SAMPLEFORMAT_UINT || layout->format == SAMPLEFORMAT_VOID;
  if (isPlain && isWhole && layout->bits == 8) {
    picture->depth = SondeDepth8;
  } else if (isPlain && isWhole && layout->bits == 16) {
    picture->depth = SondeDepth16;
  } else if (isPlain && is_number(layout)) {
    picture->depth = SondeDepthFloat;
  } else if (isWhole && layout->bits <= 8 && TIFFRGBAImageOK(tiff, picture->message)) {
    layout->asColour = 1;
    picture->channels = colour_channels(tiff, layout);
    picture->depth = SondeDepth8;
    picture->message[0] = 0;
  } else {
    snprintf(
        picture->message, sizeof picture->message, "its %s pixels of %d-bit %ssamples are of no known kind",
        colours(layout->photometric), layout->bits, kind_name(layout->format));
    return SondePictureUnsupported;
  }
  if (picture->width == 0 || picture->height == 0 || picture->width > 65535 || picture->height > 65535
      || picture->channels == 0 || picture->channels > 64) {
    snprintf(picture->message, sizeof picture->message, "its size is impossible");
    return SondePictureDamaged;
  }
  if (layout->asColour && (uint64_t)picture->width * picture->height * 4 > most_colour_bytes) {
    snprintf(picture->message, sizeof picture->message, "its pixels take more than 512 MB");
    return SondePictureUnsupported;
  }
  return SondePictureFine;
}

/// A number of the 16-bit floating-point format of IEEE 754.
static float half(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  float size = exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
               : exponent == 0 ? ldexpf((float)fraction, -24)
                               : ldexpf((float)(fraction + 1024), exponent - 25);
  return bits >> 15 ? -size : size;
}

static float number(const Layout *layout, const uint8_t *from) {
  int isFloat = layout->format == SAMPLEFORMAT_IEEEFP, isSigned = layout->format == SAMPLEFORMAT_INT;
  if (layout->bits == 8) return isSigned ? (float)(int8_t)*from : (float)*from;
  if (layout->bits == 16) {
    uint16_t bits;
    memcpy(&bits, from, 2);
    return isFloat ? half(bits) : isSigned ? (float)(int16_t)bits : (float)bits;
  }
  if (layout->bits == 32) {
    uint32_t bits;
    float value;
    memcpy(&bits, from, 4);
    memcpy(&value, from, 4);
    return isFloat ? value : isSigned ? (float)(int32_t)bits : (float)bits;
  }
  uint64_t bits;
  double value;
  memcpy(&bits, from, 8);
  memcpy(&value, from, 8);
  return isFloat ? (float)value : isSigned ? (float)(int64_t)bits : (float)bits;
}

/// Turns one run of samples into those of the picture, which lie `step` samples apart.
static void convert(
    const Layout *layout, const SondePicture *picture, const uint8_t *from, uint8_t *to, size_t samples, size_t step) {
  size_t place, size = layout->bits / 8;
  int isWhite = layout->photometric == PHOTOMETRIC_MINISWHITE;
  if (picture->depth == SondeDepth8) {
    uint8_t flip = isWhite ? 0xFF : 0;
    for (place = 0; place < samples; place++) to[place * step] = from[place] ^ flip;
  } else if (picture->depth == SondeDepth16) {
    uint16_t flip = isWhite ? 0xFFFF : 0, sample;
    for (place = 0; place < samples; place++) {
      memcpy(&sample, from + place * 2, 2);
      sample ^= flip;
      memcpy(to + place * step * 2, &sample, 2);
    }
  } else {
    for (place = 0; place < samples; place++) {
      float value = number(layout, from + place * size);
      memcpy(to + place * step * 4, &value, 4);
    }
  }
}

static int read_colours(TIFF *tiff, const Layout *layout, const SondePicture *picture, uint8_t *target) {
  size_t pixels = (size_t)picture->width * picture->height;
  uint32_t *colours = malloc(pixels * 4);
  if (colours == NULL) return 0;
  // As it is stored: whoever asked turns it.
  int isFine = TIFFReadRGBAImageOriented(tiff, picture->width, picture->height, colours, layout->turned, 1);
  for (size_t pixel = 0; isFine && pixel < pixels; pixel++) {
    uint8_t samples[] = {
        (uint8_t)TIFFGetR(colours[pixel]), (uint8_t)TIFFGetG(colours[pixel]), (uint8_t)TIFFGetB(colours[pixel]),
        (uint8_t)TIFFGetA(colours[pixel])};
    memcpy(target + pixel * picture->channels, samples, picture->channels);
  }
  free(colours);
  return isFine;
}

static int read_tiles(
    TIFF *tiff, const Layout *layout, const SondePicture *picture, uint8_t *target, uint16_t planes, size_t inPixel) {
  size_t depth = depths[picture->depth], outPixel = picture->channels * depth, stride = outPixel * picture->width;
  size_t samples = layout->channels / planes;
  uint32_t tileWidth = 0, tileHeight = 0;
  TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tileWidth);
  TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tileHeight);
  tmsize_t bytes = TIFFTileSize(tiff);
  if (tileWidth == 0 || tileHeight == 0 || bytes <= 0 || (size_t)bytes / tileHeight / inPixel < tileWidth) return 0;
  uint8_t *tile = malloc((size_t)bytes);
  if (tile == NULL) return 0;
  for (uint16_t plane = 0; plane < planes; plane++) {
    for (uint32_t top = 0; top < picture->height; top += tileHeight) {
      for (uint32_t left = 0; left < picture->width; left += tileWidth) {
        if (TIFFReadTile(tiff, tile, left, top, 0, plane) < 0) {
          free(tile);
          return 0;
        }
        uint32_t width = picture->width - left < tileWidth ? picture->width - left : tileWidth;
        uint32_t height = picture->height - top < tileHeight ? picture->height - top : tileHeight;
        for (uint32_t row = 0; row < height; row++) {
          convert(
              layout, picture, tile + (size_t)row * tileWidth * inPixel,
              target + (top + row) * stride + left * outPixel + plane * depth, (size_t)width * samples, planes);
        }
      }
    }
  }
  free(tile);
  return 1;
}

static int read_samples(TIFF *tiff, const Layout *layout, const SondePicture *picture, uint8_t *target) {
  if (layout->asColour) return read_colours(tiff, layout, picture, target);
  size_t depth = depths[picture->depth], stride = picture->channels * depth * picture->width;
  uint16_t planes = layout->planar == PLANARCONFIG_SEPARATE ? layout->channels : 1;
  size_t samples = layout->channels / planes, inPixel = samples * layout->bits / 8;
  if (TIFFIsTiled(tiff)) return read_tiles(tiff, layout, picture, target, planes, inPixel);
  tmsize_t bytes = TIFFScanlineSize(tiff);
  if (bytes <= 0 || (size_t)bytes < inPixel * picture->width) return 0;
  uint8_t *line = malloc((size_t)bytes);
  if (line == NULL) return 0;
  for (uint16_t plane = 0; plane < planes; plane++) {
    for (uint32_t row = 0; row < picture->height; row++) {
      if (TIFFReadScanline(tiff, line, row, plane) < 0) {
        free(line);
        return 0;
      }
      convert(
          layout, picture, line, target + row * stride + plane * depth, (size_t)picture->width * samples, planes);
    }
  }
  free(line);
  return 1;
}

/// More pages are not counted.
static const uint32_t most_pages = 65535;

/// Whether a directory is a page by itself, and neither a small copy nor a mask of one.
static int is_page(TIFF *tiff) {
  uint32_t kind = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
  return (kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0;
}

/// Counts the pages, the first directory always being one, and stands at the page wanted if there is one.
static int turn_to(TIFF *tiff, uint32_t page, SondePicture *picture) {
  uint32_t directory = 0, wanted = 0;
  picture->pages = 1;
  while (picture->pages < most_pages && !TIFFLastDirectory(tiff) && TIFFReadDirectory(tiff)) {
    directory++;
    if (!is_page(tiff)) continue;
    if (picture->pages == page) wanted = directory;
    picture->pages++;
  }
  // What is wrong with later pages says nothing about this one.
  picture->message[0] = 0;
  if (page >= picture->pages) {
    snprintf(picture->message, sizeof picture->message, "it has no page %u", page + 1);
    return 0;
  }
  return directory == 0 || TIFFSetDirectory(tiff, (tdir_t)wanted);
}

static int32_t run(
    const uint8_t *bytes, size_t count, uint32_t page, uint8_t *target, size_t room, SondePicture *picture) {
  Source source = {bytes, count, 0};
  Layout layout;
  memset(picture, 0, sizeof *picture);
  TIFF *tiff = open_tiff(&source, picture);
  if (tiff == NULL) return SondePictureDamaged;
  int32_t status = turn_to(tiff, page, picture) ? look(tiff, picture, &layout) : SondePictureDamaged;
  if (status == SondePictureFine && target != NULL) {
    size_t needed = (size_t)picture->width * picture->height * picture->channels * depths[picture->depth];
    if (needed != room || !read_samples(tiff, &layout, picture, target)) status = SondePictureDamaged;
  }
  TIFFClose(tiff);
  return status;
}

int32_t sonde_tiff_header(const uint8_t *bytes, size_t count, uint32_t page, SondePicture *picture) {
  return run(bytes, count, page, NULL, 0, picture);
}

int32_t sonde_tiff_decode(
    const uint8_t *bytes, size_t count, uint32_t page, uint8_t *target, size_t room, SondePicture *picture) {
  return run(bytes, count, page, target, room, picture);
}
