// SPDX-License-Identifier: Apache-2.0
static int rendered(const char *media, struct row *row)
{
    (void)media;
    row->count = 0;
    return 0;
}
static void write_light(FILE *file, const char *media)
{
    (void)file, (void)media;
}
