// The JPEG library alone: decodes the pictures of a folder from memory, many times, and prints processor seconds.
//
//   jpeg FOLDER COUNT TURNS    COUNT pictures, FOLDER/0.jpg to 49.jpg over and over; the best of the turns
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>

enum { Files = 50, RowsAtOnce = 8 };

static unsigned char *bytes[Files];
static size_t sizes[Files];

static void read_files(const char *folder) {
  for (int number = 0; number < Files; number++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%d.jpg", folder, number);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
      perror(path);
      exit(1);
    }
    fseek(file, 0, SEEK_END);
    sizes[number] = (size_t)ftell(file);
    rewind(file);
    bytes[number] = malloc(sizes[number]);
    if (fread(bytes[number], 1, sizes[number], file) != sizes[number]) exit(1);
    fclose(file);
  }
}

/// A picture into memory of its own, as a program that keeps pictures needs it.
static unsigned long decode(int number) {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  codec.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes[number], sizes[number]);
  jpeg_read_header(&codec, TRUE);
  codec.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&codec);
  size_t stride = (size_t)codec.output_width * codec.output_components;
  unsigned char *picture = malloc(stride * codec.output_height);
  while (codec.output_scanline < codec.output_height) {
    JSAMPROW rows[RowsAtOnce];
    JDIMENSION left = codec.output_height - codec.output_scanline;
    JDIMENSION wanted = left < RowsAtOnce ? left : RowsAtOnce;
    for (JDIMENSION row = 0; row < wanted; row++) rows[row] = picture + (codec.output_scanline + row) * stride;
    jpeg_read_scanlines(&codec, rows, wanted);
  }
  unsigned long sum = picture[stride * codec.output_height - 1];
  jpeg_finish_decompress(&codec);
  jpeg_destroy_decompress(&codec);
  free(picture);
  return sum;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  read_files(words[1]);
  double best = 1e9;
  unsigned long sum = 0;
  for (int turn = 0; turn < atoi(words[3]); turn++) {
    clock_t start = clock();
    for (int picture = 0; picture < atoi(words[2]); picture++) sum += decode(picture % Files);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    if (seconds < best) best = seconds;
  }
  printf("%.4f %lu\n", best, sum);
  return 0;
}
