// SPDX-License-Identifier: Apache-2.0
// What our own check says of the manifests of files, without a look at their pictures.
// usage: c2pa-check ANCHORS.pem FILE...
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/file.h"
#include "mark/c2pa/read/read.h"

int main(int argc, char **argv)
{
    static const char *const names[] = {"none", "unknown", "invalid", "valid", "trusted"};
    uint8_t *anchors = NULL;
    size_t size = 0;
    if (argc < 2 || bt_file_read(argv[1], 1 << 20, &anchors, &size) < 0)
        return 2;
    for (int i = 2; i < argc; i++) {
        struct bt_c2pa_file file;
        struct bt_c2pa_report report;
        if (bt_c2pa_file_open(&file, argv[i]) < 0 ||
            bt_c2pa_check(&file, (const char *)anchors, &report) < 0)
            return 1;
        bt_c2pa_file_close(&file);
        puts(names[report.state]);
    }
    bt_free(anchors);
    return 0;
}
