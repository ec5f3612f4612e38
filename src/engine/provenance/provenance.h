// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_PROVENANCE_H
#define BT_ENGINE_PROVENANCE_H

#include <stdbool.h>

#include "io/io.h"
#include "mark/c2pa/embed.h"

struct bauta;

// Where the user's files lie: $XDG_CONFIG_HOME (or ~/.config) / bauta / name.
// BAUTA_E_NOT_FOUND with a log line where neither is set.
int bt_config_path(char *path, size_t size, const char *name);
#define BT_KEYS_FILE "signer.pem"

// What signs the outputs of one stream, and what it says. init takes the engine's lock for
// a moment; the map's grounds of consent are those of that moment.
struct bt_provenance {
    struct bt_c2pa_signer signer;
    struct bt_c2pa_info info;
    char *grounds;             // what the info points into
    size_t used;               // bytes of it
    char *input;
    char *input_path;          // of a file or folder, whose manifests are carried along
    bool input_is_folder;
    char *sidecar;             // the last one written
    bool no_room;              // for a second copy of the file: the manifest goes beside
    bool ready;
};
// input: a path, or NULL for a live stream. Reads or makes the key, so that what fails
// fails before the work. Errors are logged.
int bt_provenance_init(struct bt_provenance *p, struct bauta *engine, const char *input);
// Adds the grounds of faces that were put on since. The engine's lock is held.
void bt_provenance_add(struct bt_provenance *p, const struct bauta *engine);
void bt_provenance_finish(struct bt_provenance *p);

// Before the work: whether what is to lie beside the output may.
int bt_provenance_check(const struct bt_sink *sink);

// Between the sink's finish and its commit: signs the file, or each file of the folder,
// that it wrote. Where the kind of file holds no manifest it goes into a file of its own
// beside, NAME.c2pa; YUV4MPEG2, which goes from program to program, has none. After a sink that has no file it does nothing. Errors are logged; then
// the output is not to be committed.
int bt_provenance_sign(struct bt_provenance *p, const struct bt_sink *sink);
// The output could not take its name: what was laid beside it goes too.
void bt_provenance_undo(struct bt_provenance *p);

// Notes in $XDG_STATE_HOME (or ~/.local/state) /bauta/sessions.tsv, which is this user's
// alone, that the watermark's session was used now for what, and the grounds of consent.
// Lines older than days are taken out; 0: nothing is noted. A line that cannot be written
// is a warning.
void bt_sessions_note(const struct bt_provenance *p, const char *what, int days);

#endif
