// The decoders of PNG, JPEG and TIFF behind two calls each: what is in the file, and its samples.
//
// Errors of the libraries end here: they jump within C and come back as a code and a message.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { SondePictureFine = 0, SondePictureDamaged = 1, SondePictureUnsupported = 2 };
enum { SondeDepth8 = 0, SondeDepth16 = 1, SondeDepthFloat = 2 };

typedef struct {
  uint32_t width, height, channels;
  /// One of the depths above.
  uint32_t depth;
  /// 1 to 8 as in Exif; 1 is upright.
  uint32_t orientation;
  /// Of a TIFF, without small copies and masks of pages.
  uint32_t pages;
  /// Zero-terminated.
  char message[160];
} SondePicture;

/// Reads the header only.
int32_t sonde_png_header(const uint8_t *bytes, size_t count, SondePicture *picture);
int32_t sonde_jpeg_header(const uint8_t *bytes, size_t count, SondePicture *picture);
int32_t sonde_tiff_header(const uint8_t *bytes, size_t count, uint32_t page, SondePicture *picture);

/// Decodes into `target`, whose `room` must be that of the header: width * height * channels * bytes a sample.
int32_t sonde_png_decode(const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture);
int32_t sonde_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *target, size_t room, SondePicture *picture);
int32_t sonde_tiff_decode(
    const uint8_t *bytes, size_t count, uint32_t page, uint8_t *target, size_t room, SondePicture *picture);
