/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "interrupt.h"
#include "job-json.h"
#include "json-stream.h"
#include "macro.h"

#define BLOCK_BYTES ((size_t) 64 * 1024)

typedef struct JsonStream {
        struct json_tokener *tokener;
        int (*handler)(struct json_object *object, void *userdata);
        void *userdata;
} JsonStream;

static void stream_done(JsonStream *stream) {
        if (stream->tokener)
                json_tokener_free(stream->tokener);
}

/* The object that ends in these bytes; what follows it comes next time. 0: it goes on in the next block. */
static int take_object(JsonStream *stream, const char *data, size_t size, size_t *ret_taken) {
        _cleanup_(json_object_putp) struct json_object *object =
                        json_tokener_parse_ex(stream->tokener, data, (int) size);
        enum json_tokener_error error = json_tokener_get_error(stream->tokener);

        if (error == json_tokener_continue)
                return 0;
        if (error != json_tokener_success || !json_object_is_type(object, json_type_object))
                return -EBADMSG;
        *ret_taken = json_tokener_get_parse_end(stream->tokener);
        return stream->handler(object, stream->userdata) ?: 1;
}

static int take_block(JsonStream *stream, const char *data, size_t size) {
        size_t taken;
        int r = 1;

        while (size > 0 && (r = take_object(stream, data, size, &taken)) > 0) {
                data += taken;
                size -= taken;
        }
        return r < 0 ? r : 0;
}

int json_stream_read(int fd, int interrupt_fd, int (*handler)(struct json_object *object, void *userdata),
                void *userdata) {
        _cleanup_(stream_done) JsonStream stream = { json_tokener_new(), handler, userdata };
        _cleanup_free_ char *block = malloc(BLOCK_BYTES);
        ssize_t n;
        int r;

        if (!stream.tokener || !block)
                return -ENOMEM;
        for (;;) {
                r = interrupt_wait_sync(interrupt_fd, fd, POLLIN, UINT64_MAX);
                if (r < 0)
                        return r;
                n = read(fd, block, BLOCK_BYTES);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : 0;
                r = take_block(&stream, block, (size_t) n);
                if (r < 0)
                        return r;
        }
}
