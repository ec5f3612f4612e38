// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "io/io.h"
#include "swap/swap.h"

int bauta_identity_open(const char *path, const struct bauta_identity_params *params,
                        struct bauta_identity **out)
{
    struct bauta_frame *photo = NULL;
    if (!path || !params || !out)
        return BAUTA_E_USAGE;
    // Without a ground nothing is even read.
    if (bauta_consent_check(params->consent)) {
        bt_error("%s: say on what ground this face is used: self, written:REFERENCE, "
                 "licensed:REFERENCE or synthetic", path);
        return BAUTA_E_CONSENT;
    }
    int error = bt_picture_read(path, &photo);
    if (!error)
        error = bt_identity_create(photo, path, params, out);
    bauta_frame_unref(&photo);
    return error;
}
