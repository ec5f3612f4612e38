// SPDX-License-Identifier: Apache-2.0
// PipeWire's graph: a connection to the daemon, the cameras and microphones in it, and
// what formats mean. This header needs none of PipeWire's.
#ifndef BT_IO_PIPEWIRE_PIPEWIRE_H
#define BT_IO_PIPEWIRE_PIPEWIRE_H

#include <stdatomic.h>

#include "io/io.h"
#include "io/v4l2/v4l2.h"

enum {
    BT_PIPEWIRE_NODES = 64,      // looked at
    BT_PIPEWIRE_MODES = 256,     // of one camera
};

// What the virtual camera is called in other programs.
#define BT_PIPEWIRE_CARD "bauta (AI modified)"
#define BT_PIPEWIRE_HINT "systemctl --user start pipewire wireplumber"

struct bt_pipewire_node {
    uint32_t id;
    char serial[24], name[128], description[128];
    int priority;                // the session manager's, higher is better
    bool microphone;             // else a camera
    bool ours;                   // our own virtual camera
    struct bt_v4l2_mode *modes;  // after bt_pipewire_modes; sizes and rates that it takes
    int count;                   // in steps stand at what the wish asks for
    int told;                    // how many formats it told, also of those not read here
};

// A connection; it runs a thread of its own.
struct bt_pipewire;

// Connects and lists the nodes that are there. BAUTA_E_NOT_FOUND where no daemon answers
// within some seconds (logged unless quiet), BAUTA_E_STOPPED where *stop became true.
// stop may be NULL.
int bt_pipewire_open(struct bt_pipewire **out, const atomic_int *stop, bool quiet);
// Streams of the connection must have been destroyed. Accepts NULL inside.
void bt_pipewire_close(struct bt_pipewire **connection);

// NULL past the last. Valid as long as the connection.
struct bt_pipewire_node *bt_pipewire_node_at(struct bt_pipewire *p, int index);
// The daemon's version, never NULL; whether a session manager is there, which links
// cameras with readers.
const char *bt_pipewire_version(const struct bt_pipewire *p);
bool bt_pipewire_managed(const struct bt_pipewire *p);
// The camera, or microphone, called name (its node's name, description or serial); an empty
// name is the session's default camera, else that of the highest priority, but never our
// own. Logged: BAUTA_E_NOT_FOUND, with those there are.
int bt_pipewire_find(struct bt_pipewire *p, bool microphone, const char *name,
                     struct bt_pipewire_node **out);
// Asks a camera for its modes. 0, also where it tells none.
int bt_pipewire_modes(struct bt_pipewire *p, struct bt_pipewire_node *node,
                      const struct bt_v4l2_wish *wish);

// "NAME,size=1280x720,rate=30,format=nv12" as bt_v4l2_parse; a name may have commas.
int bt_pipewire_parse(const char *url, struct bt_v4l2_wish *wish);

#endif
