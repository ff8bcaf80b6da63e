/* What a net counts, handed to /metrics, which another thread reads. */
#ifndef NODE_GAUGES_H
#define NODE_GAUGES_H

#include "node/net/link.h"

void gauges_tell(const struct net_counts *counts);

#endif
