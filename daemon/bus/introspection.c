/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "introspection-xml.h"
#include "introspection.h"

static const char header[] =
                "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
                " \"https://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node>\n";

/* The standard interfaces that every object has, from the D-Bus specification. */
static const char standard[] =
                "  <interface name=\"org.freedesktop.DBus.Peer\">\n    <method name=\"Ping\"/>\n"
                "    <method name=\"GetMachineId\"><arg type=\"s\" name=\"machine_uuid\" "
                "direction=\"out\"/></method>\n"
                "  </interface>\n  <interface name=\"org.freedesktop.DBus.Introspectable\">\n"
                "    <method name=\"Introspect\"><arg name=\"data\" type=\"s\" "
                "direction=\"out\"/></method>\n  </interface>\n";

static const char properties[] =
                "  <interface name=\"org.freedesktop.DBus.Properties\">\n    <method name=\"Get\">\n"
                "      <arg name=\"interface\" direction=\"in\" type=\"s\"/><arg name=\"property\" "
                "direction=\"in\" type=\"s\"/>\n"
                "      <arg name=\"value\" direction=\"out\" type=\"v\"/>\n    </method>\n    <method "
                "name=\"GetAll\">\n"
                "      <arg name=\"interface\" direction=\"in\" type=\"s\"/>\n"
                "      <arg name=\"properties\" direction=\"out\" type=\"a{sv}\"/>\n    </method>\n    "
                "<method name=\"Set\">\n"
                "      <arg name=\"interface\" direction=\"in\" type=\"s\"/><arg name=\"property\" "
                "direction=\"in\" type=\"s\"/>\n"
                "      <arg name=\"value\" direction=\"in\" type=\"v\"/>\n    </method>\n"
                "    <signal name=\"PropertiesChanged\">\n      <arg type=\"s\" name=\"interface\"/>\n"
                "      <arg type=\"a{sv}\" name=\"changed_properties\"/><arg type=\"as\" "
                "name=\"invalidated_properties\"/>\n"
                "    </signal>\n  </interface>\n";

static void write_node(FILE *f, Introspection what, char *const *children, size_t n_children) {
        fputs(header, f);
        fputs(standard, f);
        if (what != INTROSPECTION_JOBS)
                fputs(properties, f);
        if (what == INTROSPECTION_MANAGER)
                fputs(introspection_manager_xml, f);
        if (what == INTROSPECTION_JOB)
                fputs(introspection_job_xml, f);
        for (size_t i = 0; i < n_children; i++)
                fprintf(f, "  <node name=\"%s\"/>\n", children[i]);
        fputs("</node>\n", f);
}

int introspection_reply(Request *q, Introspection what, char *const *children, size_t n_children) {
        _cleanup_free_ char *xml = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        size_t size;
        FILE *f = open_memstream(&xml, &size);
        int r;

        if (!f)
                return -ENOMEM;
        write_node(f, what, children, n_children);
        if (fclose(f) != 0)
                return -ENOMEM;
        r = sd_bus_message_new_method_return(q->message, &reply);
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", xml);
        if (r < 0)
                return r;
        request_reply(q, reply);
        return REQUEST_DONE;
}
