// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_FACTS_H
#define BT_IO_FACTS_H

#include <stdbool.h>

// What a media file says of itself. Foreign text: cut, control bytes replaced; empty where
// nothing is said.
struct bt_facts {
    char container[64];       // libav's word
    char video[32], audio[32];// codecs
    char encoder[96];         // the program that wrote the file
    char video_encoder[96];   // that encoded the pictures: by tag, or by x264's and x265's
                              // note in the stream
    char device[96];          // maker and model of a camera, or a phone's system
    char made[48];            // when, as it stands
    bool place;               // it says where it was recorded
    int edits;                // parts in the longest edit list of an MP4 or MOV, -1: no such file
    double seconds;           // 0: unknown
};

// Reads the head of a regular file. Errors are not logged: what is not known is empty.
void bt_facts_read(const char *path, struct bt_facts *out);

// The same of a moov box, whose bytes are data. Never below 0.
int bt_facts_edits(const unsigned char *data, unsigned long size);

#endif
