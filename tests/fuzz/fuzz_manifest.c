// SPDX-License-Identifier: Apache-2.0
// A file with a manifest, as it might be given to be inspected: JPEG, PNG, MP4, with its
// certificates.
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "mark/c2pa/read/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct bt_c2pa_file file;
    struct bt_c2pa_report report;
    bauta_log_set(bt_fuzz_quiet, NULL);
    const int fd = memfd_create("manifest", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size && bt_c2pa_file_open(&file, path) >= 0) {
        bt_c2pa_check(&file, NULL, &report);
        bt_c2pa_file_close(&file);
    }
    close(fd);
    return 0;
}
