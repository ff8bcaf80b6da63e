/* What a net and replication count, handed to /metrics, which another thread reads. */
#ifndef NODE_GAUGES_H
#define NODE_GAUGES_H

#include "node/net/link.h"
#include "proto/sync.h"

void gauges_tell(const struct net_counts *net, const struct sync_counts *sync);

#endif
