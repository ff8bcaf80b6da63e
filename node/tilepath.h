/* Paths of C2SP tlog-tiles, below the prefix of a log: checkpoint, tile/<L>/<N>[.p/<W>],
 * tile/entries/<N>[.p/<W>]. */
#ifndef NODE_TILEPATH_H
#define NODE_TILEPATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TILE_WIDTH 256u
#define TILE_LEVELS 8 /* a log has fewer than 2^63 entries */
#define TILE_PATH_MAX 64
#define TILE_ENTRIES TILE_LEVELS /* in place of a level: the entries themselves */

/* Hashes (or entries) that a level of a tree of this size has. */
uint64_t tile_count(uint64_t size, unsigned level);

/* Those in one tile: 256, fewer at the right edge, 0 if there is none. */
unsigned tile_width(uint64_t size, unsigned level, uint64_t index);

/* Write a path; width 256 is the full tile. */
void tile_path_put(char ret[static TILE_PATH_MAX], unsigned level, uint64_t index, unsigned width);

#endif
