// SPDX-License-Identifier: Apache-2.0
#include "io/av/room.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    BUFFER = 1 << 16,
    MOST = 16 << 20,          // an index of some hours, and what the encoder still holds
    PART = 2,                 // of what is free, at most one in so many
};

// A file beside path that is unlinked at once, so that it goes away however this ends.
static int reserve(const char *path)
{
    struct statvfs disk;
    const size_t size = strlen(path) + sizeof(".room");
    char *name = bt_alloc(size);
    if (!name)
        return -1;
    snprintf(name, size, "%s.room", path);
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        unlink(name);
    bt_free(name);
    if (fd < 0 || fstatvfs(fd, &disk))
        return fd;
    const uint64_t part = (uint64_t)disk.f_bavail * disk.f_frsize / PART;
    if (posix_fallocate(fd, 0, (off_t)(part < MOST ? part + 1 : MOST)))
        bt_debug("%s: no room can be kept for its end", path);
    return fd;
}

static bool give_up(struct bt_room *room)
{
    if (room->full || room->reserve < 0)
        return false;
    room->full = true;
    return !ftruncate(room->reserve, 0);
}

static int write_bytes(void *opaque, uint8_t *data, int size)
{
    struct bt_room *room = opaque;
    for (int done = 0; done < size;) {
        const ssize_t n = write(room->fd, data + done, (size_t)(size - done));
        if (n >= 0)
            done += (int)n;
        else if (errno == ENOSPC || errno == EDQUOT) {
            if (!give_up(room))
                return AVERROR(ENOSPC);
        } else if (errno != EINTR)
            return AVERROR(errno);
    }
    return size;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct bt_room *room = opaque;
    if (whence == AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    const off_t at = lseek(room->fd, (off_t)offset, whence & ~AVSEEK_FORCE);
    return at < 0 ? AVERROR(errno) : at;
}

int bt_room_open(struct bt_room *room, AVIOContext **io, const char *path)
{
    room->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (room->fd < 0)
        return AVERROR(errno);
    room->reserve = reserve(path);
    room->open = true;
    uint8_t *buffer = av_malloc(BUFFER);
    *io = buffer ? avio_alloc_context(buffer, BUFFER, 1, room, NULL, write_bytes, seek_bytes)
                 : NULL;
    if (*io)
        return 0;
    av_free(buffer);
    bt_room_close(room, io);
    return AVERROR(ENOMEM);
}

int bt_room_close(struct bt_room *room, AVIOContext **io)
{
    if (!room->open)
        return 0;
    int result = 0;
    if (*io) {
        avio_flush(*io);
        result = (*io)->error;
        av_freep(&(*io)->buffer);
        avio_context_free(io);
    }
    if (close(room->fd) && result >= 0)
        result = AVERROR(errno);
    if (room->reserve >= 0)
        close(room->reserve);
    *room = (struct bt_room){0};
    return result;
}
