/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* jobsd.conf: whatever stands in it, the limits are within their bounds; and written out they are read as
 * the same ones, without a mistake. */

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "config-file.h"
#include "fuzz.h"
#include "parse.h"
#include "protocol.h"

static void on_mistake(const char *message, void *userdata) {
        CHECK(utf8_is_valid(message) && text_is_one_line(message));
        ++*(unsigned *) userdata;
}

static unsigned read_config(Config *config, const void *data, size_t size) {
        unsigned n_mistakes = 0;

        config_set_defaults(config);
        CHECK(config_read_file(config, fuzz_file(data, size), on_mistake, &n_mistakes) >= 0);
        return n_mistakes;
}

static void check_bounds(const Config *config) {
        CHECK(config->max_running >= 1 && config->max_running <= CONFIG_RUNNING_MAX);
        CHECK(config->max_running_per_user >= 1 && config->max_running_per_user <= CONFIG_RUNNING_MAX);
        CHECK(config->max_queued_per_user >= 1 && config->max_queued_per_user <= 10000000);
        CHECK(config->max_streams_per_user >= 1 && config->max_streams_per_user <= 1000);
        CHECK(config->max_subscriptions_per_user >= 1 && config->max_subscriptions_per_user <= 10000);
        CHECK(config->max_requests_per_user >= 1 && config->max_requests_per_user <= 10000);
        CHECK(config->keep_history_max <= INT_MAX);
        CHECK(config->system_uid_max >= 1 && config->system_uid_max <= CONFIG_SYSTEM_UID_HIGHEST);
        CHECK(config->max_queued_bytes_per_user > 0 && config->output_max > 0);
        CHECK(config->output_grace_usec >= JOBSD_OUTPUT_GRACE_USEC_MIN &&
                        config->output_grace_usec <= JOBSD_OUTPUT_GRACE_USEC_MAX);
        CHECK(config->missing_controller == MISSING_CONTROLLER_REFUSE ||
                        config->missing_controller == MISSING_CONTROLLER_WARN);
}

static const char *write_number(uint64_t number, const char *unit, char text[static 32]) {
        snprintf(text, 32, "%" PRIu64 "%s", number, unit);
        return number == UINT64_MAX ? "infinity" : text;
}

static char *write_config(const Config *config) {
        char *text, queued[32], history[32], output[32];

        CHECK(asprintf(&text,
                              "[Manager]\nMaxRunning=%u\nMaxRunningPerUser=%u\nMaxQueuedPerUser=%u\n"
                              "MaxQueuedBytesPerUser=%s\nMaxStreamsPerUser=%u\n"
                              "MaxSubscriptionsPerUser=%u\nMaxRequestsPerUser=%u\nKeepHistoryMax=%"
                              "u\nKeepHistorySec=%s\nMissingController=%s\nOutputMax=%s\n"
                              "OutputGraceSec=%" PRIu64 "us\nSystemUIDMax=%u\n",
                              config->max_running, config->max_running_per_user, config->max_queued_per_user,
                              write_number(config->max_queued_bytes_per_user, "", queued),
                              config->max_streams_per_user,
                              config->max_subscriptions_per_user, config->max_requests_per_user,
                              config->keep_history_max,
                              write_number(config->keep_history_usec, "us", history),
                              config->missing_controller == MISSING_CONTROLLER_WARN ? "warn" : "refuse",
                              write_number(config->output_max, "", output), config->output_grace_usec,
                              config->system_uid_max) > 0);
        return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = NULL;
        Config config = {}, again = {};

        read_config(&config, data, size);
        check_bounds(&config);
        text = write_config(&config);
        CHECK(read_config(&again, text, strlen(text)) == 0);
        CHECK(memcmp(&config, &again, sizeof(Config)) == 0);
        return 0;
}
