/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "json-message.h"
#include "json.h"
#include "macro.h"

/* "CPUQuota" is cpu_quota, "MaxRunning" max_running. */
static void to_snake_case(const char *key, char *buffer, size_t size) {
        size_t n = 0;

        for (const char *p = key; *p && n + 2 < size; p++) {
                bool begins_word = p > key && isupper((unsigned char) *p) &&
                                (islower((unsigned char) p[-1]) || islower((unsigned char) p[1]));

                if (begins_word)
                        buffer[n++] = '_';
                buffer[n++] = (char) tolower((unsigned char) *p);
        }
        buffer[n] = '\0';
}

static int basic_to_json(sd_bus_message *message, char type, struct json_object **ret) {
        union {
                const char *s;
                uint32_t u;
                int32_t i;
                uint64_t t;
                int64_t x;
                double d;
                int b;
        } v;
        int r = sd_bus_message_read_basic(message, type, &v);

        if (r < 0)
                return r;
        switch (type) {
        case 's':
        case 'o':
                *ret = json_object_new_string(v.s);
                break;
        case 'b':
                *ret = json_object_new_boolean(v.b);
                break;
        case 'u':
                *ret = json_object_new_int64(v.u);
                break;
        case 'i':
                *ret = json_object_new_int(v.i);
                break;
        case 't':
                *ret = json_object_new_uint64(v.t);
                break;
        case 'x':
                *ret = json_object_new_int64(v.x);
                break;
        case 'd':
                *ret = json_object_new_double(v.d);
                break;
        default:
                return -EOPNOTSUPP; /* no interface of ours has it */
        }
        return *ret ? 0 : -ENOMEM;
}

/* An entry of an a{sv}, which is entered already. */
static int entry_to_json(sd_bus_message *message, struct json_object *object) {
        struct json_object *value = NULL;
        const char *key;
        char name[64];
        int r;

        r = sd_bus_message_read_basic(message, 's', &key);
        if (r >= 0)
                r = json_from_message(message, &value);
        if (r < 0)
                return r;
        to_snake_case(key, name, sizeof(name));
        return json_add_or_null(object, name, value);
}

static int entries_to_json(sd_bus_message *message, struct json_object *object) {
        int r;

        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = entry_to_json(message, object);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r;
}

/* An a{ss} has no properties of ours, but what somebody has called so. */
static int texts_to_json(sd_bus_message *message, struct json_object *object) {
        int r;

        while ((r = sd_bus_message_enter_container(message, 'e', "ss")) > 0) {
                const char *key, *text;

                r = sd_bus_message_read(message, "ss", &key, &text);
                if (r >= 0)
                        r = json_add(object, key, json_object_new_string(text));
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
                if (r < 0)
                        return r;
        }
        return r;
}

static int elements_to_json(sd_bus_message *message, struct json_object *array) {
        int r;

        while ((r = sd_bus_message_at_end(message, false)) == 0) {
                struct json_object *element = NULL;

                r = json_from_message(message, &element);
                if (r < 0)
                        return r;
                if (json_object_array_add(array, element) < 0) {
                        json_object_put(element);
                        return -ENOMEM;
                }
        }
        return r;
}

static int array_to_json(sd_bus_message *message, const char *contents, struct json_object **ret) {
        bool has_properties = strcmp(contents, "{sv}") == 0, has_texts = strcmp(contents, "{ss}") == 0;
        _cleanup_(json_object_putp) struct json_object *object =
                        has_properties || has_texts ? json_object_new_object() : json_object_new_array();
        int r;

        if (!object)
                return -ENOMEM;
        r = sd_bus_message_enter_container(message, 'a', contents);
        if (r >= 0)
                r = has_properties ? entries_to_json(message, object)
                                : has_texts ? texts_to_json(message, object)
                                            : elements_to_json(message, object);
        if (r >= 0)
                r = sd_bus_message_exit_container(message);
        if (r >= 0)
                *ret = TAKE_PTR(object);
        return r;
}

static int variant_to_json(sd_bus_message *message, const char *contents, struct json_object **ret) {
        int r;

        r = sd_bus_message_enter_container(message, 'v', contents);
        if (r >= 0)
                r = json_from_message(message, ret);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int json_from_message(sd_bus_message *message, struct json_object **ret) {
        const char *contents;
        char type;
        int r = sd_bus_message_peek_type(message, &type, &contents);

        if (r <= 0)
                return r < 0 ? r : -ENOMSG;
        switch (type) {
        case 'a':
                return array_to_json(message, contents, ret);
        case 'v':
                return variant_to_json(message, contents, ret);
        default:
                return basic_to_json(message, type, ret);
        }
}
