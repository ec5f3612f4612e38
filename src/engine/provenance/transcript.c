// SPDX-License-Identifier: Apache-2.0
#include <bauta/liveness.h>

#include "base/log.h"
#include "engine/provenance/provenance.h"
#include "verify/liveness/liveness.h"

enum { PATH_BYTES = 4096 };

int bauta_liveness_save(const struct bauta_liveness *session, const char *path,
                        int overwrite)
{
    char key[PATH_BYTES];
    struct bt_transcript transcript;
    struct bt_c2pa_signer signer = {0};
    if (!path) {
        bt_error("bauta_liveness_save: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_liveness_transcript(session, &transcript);
    if (result >= 0)
        result = bt_config_path(key, sizeof key, BT_KEYS_FILE);
    if (result >= 0)
        result = bt_c2pa_signer_load(&signer, key);
    if (result >= 0)
        result = bt_transcript_write(&transcript, &signer, path, overwrite);
    bt_c2pa_signer_free(&signer);
    return result;
}
