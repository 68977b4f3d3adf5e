/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fixture.h"
#include "job-credential.h"
#include "job-type-folder.h"
#include "job-type.h"
#include "protocol.h"
#include "strv.h"
#include "words.h"

/* What was read: the last type, and all mistakes, a line each, without the folder. */
typedef struct Found {
        JobType *type;
        char names[256];
        char mistakes[8192];
} Found;

static void found_done(Found *found) {
        job_type_free(found->type);
}
#define _cleanup_found_ _cleanup_(found_done)

static int on_type(JobType *type, void *userdata) {
        Found *found = userdata;

        job_type_free(found->type);
        found->type = type;
        strcat(strcat(found->names, *found->names ? " " : ""), type->name);
        return 0;
}

static void on_mistake(const char *message, void *userdata) {
        Found *found = userdata;
        const char *colon = strchr(message, ':');

        while (colon > message && colon[-1] != '/')
                colon--;
        assert_true(strlen(found->mistakes) + strlen(colon) + 2 < sizeof(found->mistakes));
        strcat(strcat(found->mistakes, colon), "\n");
}

static void write_text(const char *folder, const char *name, const char *text) {
        _cleanup_free_ char *path = path_in(folder, name);

        file_write(path, text, strlen(text));
}

static void read_folders(Found *found, char *const *folders) {
        *found = (Found){};
        assert_int_equal(job_types_read(folders, on_type, on_mistake, found), 0);
}

/* One type of this text. */
static void read_text(Found *found, const char *text) {
        _cleanup_folder_ char *folder = folder_new();

        write_text(folder, "t.job", text);
        read_folders(found, (char *[]){ folder, NULL });
        assert_non_null(found->type);
}

#define INPUTS SD_ID128_MAKE(00, 11, 22, 33, 44, 55, 66, 77, 88, 99, aa, bb, cc, dd, ee, ff)
#define COMMAND "[Job]\nCommand=/bin/true "

static void assert_expands(const JobType *type, char *const *values, const char *wanted) {
        _cleanup_free_ char *message = NULL, *joined = NULL;
        _cleanup_strv_free_ char **command = NULL;

        assert_int_equal(job_type_expand(type, values, INPUTS, &command, &message), 0);
        assert_int_equal(strv_join(command, "|", &joined), 0);
        assert_string_equal(joined, wanted);
}

static void assert_refused(const JobType *type, char *const *values, const char *wanted) {
        _cleanup_free_ char *message = NULL;
        char **command;

        assert_int_equal(job_type_expand(type, values, INPUTS, &command, &message), -EINVAL);
        assert_string_equal(message, wanted);
}

static void test_every_directive(void **state) {
        _cleanup_found_ Found found;

        read_text(&found,
                        "[Job]\nDescription=Import records ; all of them\nCommand=/bin/echo --file={file} "
                        "'a b' \"{{c}}\" --mode={mode}\n"
                        "User=archive\nGroup=editors\nWorkingDirectory=/srv\nEnvironment=A=1 \"B=2 "
                        "3\"\nEnvironment=C=\nAllowGroups=archivists editors\nAllowUsers=ida\nRelated=urn:{mode}\nShare=group\nMaxRunning=1\n"
                        "RuntimeMaxSec=2h\nMemoryMax=2G\nCPUQuota=150%\nTasksMax=10\nOutputMax=10M\nOutputGraceSec=500ms\nUMask=0077\nNice=-5\nRetries="
                        "2\nRetrySec=30s\nRestartable=yes\nResults=yes\n"
                        "[Parameter file]\nDescription=What to "
                        "read\nType=path\nRequired=yes\nPattern=.*\\.csv\nAllowDash=no\n"
                        "[Parameter mode]\nType=choice\nChoices=a b\nDefault=a\n");
        assert_string_equal(found.mistakes, "");
        assert_null(found.type->mistake);
        assert_string_equal(found.type->name, "t");
        assert_string_equal(found.type->description, "Import records ; all of them");
        assert_string_equal(found.type->user, "archive");
        assert_string_equal(found.type->group, "editors");
        assert_string_equal(found.type->working_directory, "/srv");
        assert_int_equal(strv_length(found.type->environment), 3);
        assert_string_equal(found.type->environment[1], "B=2 3");
        assert_int_equal(strv_length(found.type->allow_groups), 2);
        assert_int_equal(strv_length(found.type->allow_users), 1);
        assert_string_equal(found.type->allow_users[0], "ida");
        assert_string_equal(found.type->related, "urn:{mode}");
        assert_true(found.type->shared);
        assert_int_equal(found.type->max_running, 1);
        assert_int_equal(found.type->timeout_usec, UINT64_C(7200) * USEC_PER_SEC);
        assert_int_equal(found.type->memory_max, UINT64_C(2) << 30);
        assert_int_equal(found.type->cpu_quota_usec, 1500000);
        assert_int_equal(found.type->tasks_max, 10);
        assert_int_equal(found.type->output_max, 10 << 20);
        assert_int_equal(found.type->umask, 0077);
        assert_int_equal(found.type->output_grace_usec, 500000);
        assert_int_equal(found.type->nice, -5);
        assert_int_equal(found.type->retries, 2);
        assert_int_equal(found.type->retry_usec, 30 * USEC_PER_SEC);
        assert_true(found.type->restartable);
        assert_true(found.type->keep_results);
        assert_int_equal(found.type->n_parameters, 2);
        assert_string_equal(found.type->parameters[0].description, "What to read");
        assert_expands(found.type, (char *[]){ (char *) "file=/data/x y.csv", NULL },
                        "/bin/echo|--file=/data/x y.csv|a b|{c}|--mode=a");
}

static void assert_texts(char *const *texts, const char *wanted) {
        _cleanup_free_ char *joined = NULL;

        assert_int_equal(strv_join(texts, "|", &joined), 0);
        assert_string_equal(joined, wanted);
}

static void test_descriptions_in_other_languages(void **state) {
        _cleanup_found_ Found found;

        read_text(&found,
                        "[Job]\nDescription[fr]=autre\nDescription[de]=Daten = alle; sofort\nDescription=All data\n"
                        "Description[sr_RS@latin] = x \nDescription[fr]=toutes\nDescription[it]=dati\n"
                        "Description[it]=\nDescription[es]=\nCommand=/bin/echo {file}\n"
                        "[Parameter file]\nDescription[de]=Was gelesen wird\n");
        assert_string_equal(found.mistakes, "");
        assert_string_equal(found.type->description, "All data");
        assert_texts(found.type->descriptions, "de=Daten = alle; sofort|sr_RS@latin=x|fr=toutes");
        assert_null(found.type->parameters[0].description);
        assert_texts(found.type->parameters[0].descriptions, "de=Was gelesen wird");
}

static void test_as_many_languages_as_a_description_may_have(void **state) {
        _cleanup_free_ char *text = NULL;
        _cleanup_found_ Found found;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        fputs(COMMAND, f);
        for (unsigned i = 0; i < DESCRIPTION_LANGUAGES_MAX; i++)
                fprintf(f, "\nDescription[%c%c]=x", 'a' + (int) i / 26, 'a' + (int) i % 26);
        fputs("\nDescription[aa]=y\n", f); /* another text, no other language */
        fflush(f);
        read_text(&found, text);
        assert_string_equal(found.mistakes, "");
        found_done(&found);
        fputs("Description[zz]=x\n", f);
        fclose(f);
        read_text(&found, text);
        assert_string_equal(found.mistakes, "t.job:36: Description= in more than 32 languages.\n");
}

static void test_what_is_left_out_of_a_file(void **state) {
        _cleanup_found_ Found found;

        read_text(&found, COMMAND "\n");
        assert_null(found.type->mistake);
        assert_string_equal(found.type->working_directory, "/");
        assert_null(found.type->user);
        assert_null(found.type->allow_groups);
        assert_false(found.type->shared);
        assert_int_equal(found.type->max_running, 0);
        assert_expands(found.type, NULL, "/bin/true");
}

static void test_mistakes(void **state) {
        static const struct {
                const char *text, *mistake;
        } cases[] = {
                { COMMAND "\nFrobnicate=1\n",
                                "t.job:3: Unknown key Frobnicate= in section [Job]. Known are Description=, "
                                "Command=, "
                                "User=, Group=, Related=, WorkingDirectory=, Environment=, AllowGroups=, AllowUsers=, Share=, MaxRunning=, "
                                "RuntimeMaxSec=, MemoryMax=, "
                                "CPUQuota=, TasksMax=, OutputMax=, OutputGraceSec=, Nice=, UMask=, Results=, Retries=, RetrySec=, Place=, Restartable=.\n" },
                { COMMAND "\nDescription[de-AT]=x\n",
                                "t.job:3: Description[de-AT]= names no language: Description[...]= takes one "
                                "as de, de_AT, sr@latin or sr_RS@latin.\n" },
                { COMMAND "\nDescription[de_AT.UTF-8]=x\n",
                                "t.job:3: Description[de_AT.UTF-8]= names no language: Description[...]= "
                                "takes one as de, de_AT, sr@latin or sr_RS@latin.\n" },
                { COMMAND "\nDescription[de=x\n",
                                "t.job:3: Description[de= names no language: Description[...]= takes one as "
                                "de, de_AT, sr@latin or sr_RS@latin.\n" },
                { COMMAND "\nDescription[de]x=x\n",
                                "t.job:3: Description[de]x= names no language: Description[...]= takes one "
                                "as de, de_AT, sr@latin or sr_RS@latin.\n" },
                { COMMAND "\nDescription[de]=\xe4\n",
                                "t.job:3: Description[de]= takes one line of UTF-8 text, not \"?\".\n" },
                { COMMAND "{x}\n[Parameter x]\nDescription[]=x\n",
                                "t.job:4: Description[]= names no language: Description[...]= takes one as "
                                "de, de_AT, sr@latin or sr_RS@latin.\n" },
                { COMMAND "{x}\n[Parameter x]\nDefault[de]=x\n",
                                "t.job:4: Unknown key Default[de]= in section [Parameter x]. Known are "
                                "Description=, Type=, Required=, "
                                "Default=, Pattern=, Min=, Max=, SizeMax=, Choices=, AllowDash=, Secret=.\n" },
                { COMMAND "\n[Jobs]\n",
                                "t.job:3: Unknown section [Jobs]. Known are [Job] and [Parameter NAME].\n" },
                { COMMAND "\nMaxRunning=0\n",
                                "t.job:3: MaxRunning= takes a number from 1 to 4000, not \"0\".\n" },
                { COMMAND "\nMemoryMax=lots\n",
                                "t.job:3: MemoryMax= takes a size in bytes as 500M or 2G, or infinity, not "
                                "\"lots\".\n" },
                { COMMAND "\nMemoryMax=0\n",
                                "t.job:3: MemoryMax= takes a size in bytes as 500M or 2G, or infinity, not "
                                "\"0\".\n" },
                { COMMAND "\nRuntimeMaxSec=soon\n",
                                "t.job:3: RuntimeMaxSec= takes a time span as \"90\" or \"1h 30min\", or "
                                "infinity, not \"soon\".\n" },
                { COMMAND "\nRestartable=maybe\n",
                                "t.job:3: Restartable= takes yes or no, not \"maybe\".\n" },
                { COMMAND "\nShare=yes\n", "t.job:3: Share= takes private or group, not \"yes\".\n" },
                { COMMAND "\nRetries=21\n", "t.job:3: Retries= takes a number from 0 to 20, not \"21\".\n" },
                { COMMAND "\nWorkingDirectory=tmp\n",
                                "t.job:3: WorkingDirectory= takes an absolute path, or ~, not \"tmp\".\n" },
                { COMMAND "\nEnvironment=1A=2\n",
                                "t.job:3: Environment= takes NAME=VALUE, with white space between, 1024 and "
                                "128K of text in all at most, not \"1A=2\".\n" },
                { "[Job]\nCommand=/bin/echo \"a\n",
                                "t.job:2: Command= takes a command whose quotes are closed, not \"/bin/echo "
                                "\"a\".\n" },
                { "[Job]\nDescription=x\n", "t.job: Command= is missing in section [Job].\n" },
                { "[Job]\nCommand=bin/true\n",
                                "t.job: Command= begins with \"bin/true\", not with the absolute path of a "
                                "program.\n" },
                { "[Job]\nCommand=/bin/../bin/true\n",
                                "t.job: Command= begins with \"/bin/../bin/true\", not with the absolute "
                                "path of a program.\n" },
                { "[Job]\nCommand=/bin/{x}\n[Parameter x]\nType=string\n",
                                "t.job: Command= begins with \"/bin/{x}\", not with the absolute path of a "
                                "program.\n" },
                { "[Job]\nCommand=/nonexistent/x\n",
                                "t.job: Command= begins with /nonexistent/x: No such file or directory.\n" },
                { "[Job]\nCommand=/etc/passwd\n",
                                "t.job: Command= begins with /etc/passwd, which is no executable file.\n" },
                { "[Job]\nCommand=/usr/bin\n",
                                "t.job: Command= begins with /usr/bin, which is no executable file.\n" },
                { COMMAND "{x}\n", "t.job: Command= has a place {x}, and there is no [Parameter x].\n" },
                { COMMAND "{x\n",
                                "t.job: Command= has a single brace in \"{x\". Double it if it is none of a "
                                "place.\n" },
                { COMMAND "x}\n",
                                "t.job: Command= has a single brace in \"x}\". Double it if it is none of a "
                                "place.\n" },
                { COMMAND "\n[Parameter x]\nType=string\n",
                                "t.job: Parameter \"x\" has no place {x} in Command=.\n" },
                { COMMAND "{x}\n[Parameter x]\nType=number\n",
                                "t.job:4: Type= takes string, integer, choice, boolean, path, uri or file, not "
                                "\"number\".\n" },
                { COMMAND "{x}\n[Parameter x]\nType=choice\n",
                                "t.job: Parameter \"x\": Type=choice and Choices= belong together.\n" },
                { COMMAND "{x}\n[Parameter x]\nMin=1\n",
                                "t.job: Parameter \"x\": Min= and Max= belong to Type=integer.\n" },
                { COMMAND "{x}\n[Parameter x]\nType=integer\nMin=2\nMax=1\n",
                                "t.job: Parameter \"x\": Min= is larger than Max=.\n" },
                { COMMAND "{x}\n[Parameter x]\nPattern=(\n",
                                "t.job: Pattern= of parameter \"x\" is no regular expression: Unmatched ( "
                                "or \\(.\n" },
                { COMMAND "{x}\n[Parameter x]\nType=integer\nDefault=y\n",
                                "t.job: Default= is not possible. Parameter \"x\" takes a whole number, not "
                                "\"y\".\n" },
                { COMMAND "{x}\n[Parameter x]\nSecret=perhaps\n",
                                "t.job:4: Secret= takes yes or no, not \"perhaps\".\n" },
                { COMMAND "{x}\n[Parameter x]\nSecret=yes\nDefault=y\n",
                                "t.job: Parameter \"x\": Secret=yes belongs to Type=string without a "
                                "Default=.\n" },
                { COMMAND "{x}\n[Parameter x]\nSecret=yes\nType=path\n",
                                "t.job: Parameter \"x\": Secret=yes belongs to Type=string without a "
                                "Default=.\n" },
                { COMMAND "{x}\n[Parameter x]\nType=file\nDefault=y\n",
                                "t.job: Parameter \"x\": a file has no Default=.\n" },
                { COMMAND "{x}\n[Parameter x]\nSizeMax=1M\n",
                                "t.job: Parameter \"x\": SizeMax= belongs to Type=file.\n" },
                { COMMAND "{x}\n[Parameter x]\nType=file\nSizeMax=0\n",
                                "t.job:5: SizeMax= takes a size in bytes as 10M or 1G, not \"0\".\n" },
                { COMMAND "\nRelated=https://example.org/{x}\n",
                                "t.job: Related= has a place {x}, and there is no [Parameter x].\n" },
                { COMMAND "\nRelated=https://example.org/{x\n",
                                "t.job: Related= has a single brace in \"https://example.org/{x\". Double it if it is none "
                                "of a place.\n" },
                { COMMAND "{x}\nRelated=archive/{x}\n[Parameter x]\n",
                                "t.job: Related= is no URI, as \"https://archive.example.org/{slug}\" is: "
                                "\"archive/{x}\".\n" },
                { COMMAND "{x}\nRelated={x}\n[Parameter x]\n",
                                "t.job: Related= is no URI, as \"https://archive.example.org/{slug}\" is: \"{x}\".\n" },
                { COMMAND "{x}\nRelated=urn:{x}\n[Parameter x]\nSecret=yes\n",
                                "t.job: Related= has a place for parameter \"x\", which is a secret.\n" },
                { COMMAND "{x}\n[Parameter x]\nFoo=1\n",
                                "t.job:4: Unknown key Foo= in section [Parameter x]. Known are "
                                "Description=, Type=, Required=, "
                                "Default=, Pattern=, Min=, Max=, SizeMax=, Choices=, AllowDash=, Secret=.\n" },
                { COMMAND "{x}\n[Parameter x y]\n",
                                "t.job:3: \"x y\" is no parameter's name: 1 to 32 letters, digits, \"_\" "
                                "and \"-\".\n" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_found_ Found found;

                read_text(&found, cases[i].text);
                assert_string_equal(found.mistakes, cases[i].mistake);
                assert_non_null(found.type->mistake);
        }
}

static void test_each_mistake_of_a_file_is_told(void **state) {
        _cleanup_found_ Found found;

        read_text(&found, COMMAND "\nNice=99\nTasksMax=x\n");
        assert_string_equal(found.mistakes,
                        "t.job:3: Nice= takes a number from -20 to 19, not \"99\".\n"
                        "t.job:4: TasksMax= takes a number of processes and threads, or infinity, not "
                        "\"x\".\n");
        assert_non_null(strstr(found.type->mistake, "t.job:3: Nice="));
}

/* Whoever likes would decide what the account runs. */
static void test_a_program_that_everybody_may_write_to(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *program = path_in(folder, "program"), *text = NULL, *wanted = NULL;
        _cleanup_found_ Found found;

        file_write(program, "", 0);
        assert_true(asprintf(&text, "[Job]\nCommand=%s\n", program) > 0);
        assert_true(asprintf(&wanted, "Command= begins with %s, which everybody may write to.", program) > 0);
        assert_int_equal(chmod(program, 0755), 0);
        read_text(&found, text);
        assert_null(found.type->mistake);
        found_done(&found);
        assert_int_equal(chmod(program, 0757), 0);
        read_text(&found, text);
        assert_non_null(strstr(found.type->mistake, wanted));
}

/* As it would be read, before it is put where it is read. */
static void test_one_file_is_checked(void **state) {
        _cleanup_folder_ char *folder = folder_new();
        _cleanup_free_ char *path = path_in(folder, "t.job"), *other = path_in(folder, "t.conf");
        Found found = {};

        write_text(folder, "t.job", COMMAND "\n");
        assert_int_equal(job_type_check_file(path, on_mistake, &found), 0);
        assert_string_equal(found.mistakes, "");
        write_text(folder, "t.job", COMMAND "\nNice=99\nTasksMax=x\n");
        assert_int_equal(job_type_check_file(path, on_mistake, &found), -EINVAL);
        assert_non_null(strstr(found.mistakes, "t.job:3: Nice="));
        assert_non_null(strstr(found.mistakes, "t.job:4: TasksMax="));
        found = (Found){};
        assert_int_equal(job_type_check_file(other, on_mistake, &found), -EINVAL);
        assert_string_equal(found.mistakes, "t.conf: a job type is a file whose name ends in .job.\n");
}

static void test_more_environment_than_a_job_may_have(void **state) {
        _cleanup_free_ char *value = malloc(JOBSD_ENV_BYTES_MAX / 8 + 1);
        _cleanup_free_ char *text = malloc(2 * JOBSD_ENV_BYTES_MAX);
        _cleanup_found_ Found found;
        size_t n;

        assert_true(value && text);
        memset(value, 'x', JOBSD_ENV_BYTES_MAX / 8);
        value[JOBSD_ENV_BYTES_MAX / 8] = '\0';
        n = (size_t) sprintf(text, COMMAND "\n");
        for (unsigned i = 0; i < 8; i++)
                n += (size_t) sprintf(text + n, "Environment=A%u=%s\n", i, value);
        read_text(&found, text);
        assert_non_null(strstr(found.mistakes, "t.job:10: Environment= takes NAME=VALUE, "));
        assert_null(strstr(found.mistakes, "t.job:9:"));
}

static void test_values(void **state) {
        static const char text[] =
                        COMMAND "{string} {integer} {choice} {boolean} {path} {uri} {code} {dash}\n"
                                "[Parameter string]\n[Parameter integer]\nType=integer\nMin=-3\nMax=10\n"
                                "[Parameter choice]\nType=choice\nChoices=one 'two three'\n[Parameter "
                                "boolean]\nType=boolean\n"
                                "[Parameter path]\nType=path\n[Parameter uri]\nType=uri\n[Parameter "
                                "code]\nPattern=[A-Z]+|x\n"
                                "[Parameter dash]\nAllowDash=yes\n";
        static const char *const good[] = { "string=", "string=$HOME %n \"'\n\tü", "integer=10", "integer=0",
                "choice=two three", "path=/", "path=/a b/.x/..y", "uri=urn:x", "code=ABC", "code=x",
                "dash=-v", "dash=--", NULL };
        static const char *const bad[][2] = {
                { "string=\001", "Parameter \"string\" contains a control character." },
                { "string=\377", "Parameter \"string\" is not UTF-8 text." },
                { "string=-v",
                                "Parameter \"string\" begins with \"-\": the program would take it for an "
                                "option." },
                { "integer=11", "Parameter \"integer\" takes a whole number from -3 to 10, not \"11\"." },
                { "integer=1.5", "Parameter \"integer\" takes a whole number from -3 to 10, not \"1.5\"." },
                { "integer=", "Parameter \"integer\" takes a whole number from -3 to 10, not \"\"." },
                { "integer=-1",
                                "Parameter \"integer\" begins with \"-\": the program would take it for an "
                                "option." },
                { "integer=99999999999999999999",
                                "Parameter \"integer\" takes a whole number from -3 to 10, not "
                                "\"99999999999999999999\"." },
                { "choice=two", "Parameter \"choice\" takes one of one, two three, not \"two\"." },
                { "boolean=perhaps", "Parameter \"boolean\" takes yes or no, not \"perhaps\"." },
                { "path=x",
                                "Parameter \"path\" takes an absolute path without \".\" and \"..\" in it, "
                                "not \"x\"." },
                { "path=/a/../b",
                                "Parameter \"path\" takes an absolute path without \".\" and \"..\" in it, "
                                "not \"/a/../b\"." },
                { "path=/a/.",
                                "Parameter \"path\" takes an absolute path without \".\" and \"..\" in it, "
                                "not \"/a/.\"." },
                { "uri=x", "Parameter \"uri\" takes a URI, as https://example.org/record/12, not \"x\"." },
                { "code=ABCx", "Parameter \"code\" takes what matches [A-Z]+|x, not \"ABCx\"." },
                { "code=A\nB", "Parameter \"code\" takes what matches [A-Z]+|x, not \"A\nB\"." },
                { "more=1", "Job type \"t\" has no parameter \"more\"." },
        };
        _cleanup_found_ Found found;

        read_text(&found, text);
        assert_string_equal(found.mistakes, "");
        for (size_t i = 0; good[i]; i++) {
                _cleanup_free_ char *wanted = NULL;

                assert_true(asprintf(&wanted, "/bin/true|%s", strchr(good[i], '=') + 1) > 0);
                assert_expands(found.type, (char *[]){ (char *) good[i], NULL }, wanted);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_refused(found.type, (char *[]){ (char *) bad[i][0], NULL }, bad[i][1]);
        assert_expands(found.type, (char *[]){ (char *) "boolean=TRUE", NULL }, "/bin/true|yes");
        assert_expands(found.type, (char *[]){ (char *) "boolean=off", NULL }, "/bin/true|no");
        assert_refused(found.type, (char *[]){ (char *) "code=x", (char *) "code=x", NULL },
                        "Parameter \"code\" is given twice.");
}

static void test_a_long_value(void **state) {
        _cleanup_free_ char *value = malloc(PARAMETER_VALUE_BYTES_MAX + 8);
        _cleanup_found_ Found found;

        read_text(&found, COMMAND "{x}\n[Parameter x]\nRequired=yes\n");
        memset(value, 'a', PARAMETER_VALUE_BYTES_MAX + 3);
        memcpy(value, "x=", 2);
        value[PARAMETER_VALUE_BYTES_MAX + 3] = '\0';
        assert_refused(found.type, (char *[]){ value, NULL },
                        "Parameter \"x\" has 32769 bytes, at most 32768 are allowed.");
        value[PARAMETER_VALUE_BYTES_MAX + 2] = '\0';
        _cleanup_free_ char *message = NULL;
        _cleanup_strv_free_ char **command = NULL;
        assert_int_equal(job_type_expand(found.type, (char *[]){ value, NULL }, INPUTS, &command, &message), 0);
}

static void test_required_and_default(void **state) {
        _cleanup_found_ Found found;

        read_text(&found,
                        COMMAND "{a} --b={b} --c={c}{d}\n[Parameter a]\nRequired=yes\n[Parameter "
                                "b]\nDefault=7\n[Parameter c]\n[Parameter d]\n");
        assert_refused(found.type, NULL, "Parameter \"a\" is missing.");
        assert_refused(found.type, (char *[]){ (char *) "a=", NULL }, "Parameter \"a\" is empty.");
        /* an argument about what nobody gave is left out */
        assert_expands(found.type, (char *[]){ (char *) "a=1", NULL }, "/bin/true|1|--b=7");
        assert_expands(found.type, (char *[]){ (char *) "c=2", (char *) "a=1", NULL }, "/bin/true|1|--b=7");
        assert_expands(found.type,
                        (char *[]){ (char *) "d={a}", (char *) "c=2", (char *) "a=1", (char *) "b=", NULL },
                        "/bin/true|1|--b=|--c=2{a}");
}

static void test_an_empty_value_does_not_hide_a_dash(void **state) {
        _cleanup_found_ Found found;

        read_text(&found, COMMAND "{a}{b}\n[Parameter a]\n[Parameter b]\n");
        assert_refused(found.type, (char *[]){ (char *) "a=", (char *) "b=-v", NULL },
                        "Parameter \"b\" begins with \"-\": the program would take it for an option.");
        assert_expands(found.type, (char *[]){ (char *) "a=x", (char *) "b=-v", NULL }, "/bin/true|x-v");
}

static void test_folders_replace_and_mask(void **state) {
        _cleanup_folder_ char *low = folder_new(), *high = folder_new();
        _cleanup_found_ Found found = {};

        write_text(low, "a.job", COMMAND "low\n");
        write_text(low, "b.job", COMMAND "\n");
        write_text(low, "c.job", COMMAND "\n");
        write_text(low, "d.conf", COMMAND "\n");
        write_text(low, ".e.job", COMMAND "\n");
        write_text(low, "f g.job", COMMAND "\n");
        write_text(high, "a.job", COMMAND "high\n");
        write_text(high, "b.job", "");
        _cleanup_free_ char *c = path_in(high, "c.job");
        assert_int_equal(symlink("/dev/null", c), 0);
        read_folders(&found, (char *[]){ low, (char *) "/nonexistent", high, NULL });
        assert_string_equal(found.names, "a");
        assert_expands(found.type, NULL, "/bin/true|high");
        assert_string_equal(found.mistakes,
                        "f g.job: \"f g\" is no job type's name: at most 64 letters, digits, \"-\", \"_\" "
                        "and \".\".\n");
}

static void test_drop_ins(void **state) {
        _cleanup_folder_ char *low = folder_new(), *high = folder_new();
        _cleanup_free_ char *low_d = path_in(low, "a.job.d"), *high_d = path_in(high, "a.job.d");
        _cleanup_found_ Found found = {};

        assert_int_equal(mkdir(low_d, 0700) | mkdir(high_d, 0700), 0);
        write_text(low, "a.job", COMMAND "\nNice=1\nMaxRunning=1\nEnvironment=A=1\nDescription[de]=a\nDescription[fr]=b\n");
        write_text(high_d, "10-x.conf", "[Job]\nNice=2\nEnvironment=B=2\n");
        write_text(low_d, "20-y.conf", "[Job]\nNice=3\nTasksMax=infinity\n");
        write_text(low_d, "30-z.conf", "[Job]\nNice=4\n");
        write_text(high_d, "30-z.conf", "[Job]\nMaxRunning=9\nNonsense=1\nDescription[de]=c\n");
        read_folders(&found, (char *[]){ low, high, NULL });
        assert_int_equal(found.type->nice, 3);
        assert_int_equal(found.type->max_running, 9);
        assert_int_equal(strv_length(found.type->environment), 2);
        assert_texts(found.type->descriptions, "fr=b|de=c");
        assert_true(strncmp(found.mistakes, "30-z.conf:3: Unknown key Nonsense=", 34) == 0);
}

static void test_a_secret_is_kept_apart(void **state) {
        _cleanup_free_ char *message = NULL;
        _cleanup_found_ Found found;
        _cleanup_(job_freep) Job *job = NULL;

        read_text(&found,
                        COMMAND "{user} --password={password} {token}\n[Parameter user]\n[Parameter "
                                "password]\nSecret=yes\n"
                                "[Parameter token]\nSecret=yes\n");
        assert_int_equal(job_new_of_type(found.type,
                                         (char *[]){ (char *) "password=-x", (char *) "user=me", NULL },
                                         SD_ID128_NULL, &job, &message),
                        0);
        assert_int_equal(strv_length(job->parameters), 2);
        assert_string_equal(job->parameters[0], "password");
        assert_string_equal(job->parameters[1], "user=me");
        assert_int_equal(strv_length(job->secrets), 1);
        assert_string_equal(job->secrets[0], "password=-x");
        assert_string_equal(job_find_secret(job), "password");

        job->id = 12;
        job->attempt = 2;
        assert_int_equal(job_set_credential_folder(job), 0);
        assert_int_equal(strv_length(job->command), 3);
        assert_string_equal(job->command[2], "--password=/run/credentials/jobsd-12-2.service/password");
}

static void test_a_file(void **state) {
        static const char folder[] = "/var/lib/jobsd-results/inputs/00112233445566778899aabbccddeeff";
        _cleanup_free_ char *long_name = malloc(NAME_MAX + 8), *wanted = NULL;
        _cleanup_found_ Found found;

        read_text(&found, COMMAND "--from={records} {plan}\n[Parameter records]\nType=file\nSizeMax=1M\nPattern=.*csv\n"
                                  "[Parameter plan]\nType=file\n");
        assert_string_equal(found.mistakes, "");
        assert_int_equal(job_type_find_parameter(found.type, "records")->size_max, 1 << 20);
        assert_true(asprintf(&wanted, "/bin/true|--from=%s/records|%s/plan", folder, folder) > 0);
        assert_expands(found.type, (char *[]){ (char *) "records=-v *.csv", (char *) "plan=..", NULL }, wanted);
        assert_refused(found.type, (char *[]){ (char *) "records=a.txt", NULL },
                        "Parameter \"records\" takes what matches .*csv, not \"a.txt\".");
        sprintf(long_name, "plan=%0*d", NAME_MAX + 1, 0);
        for (char **value = (char *[]){ (char *) "plan=", (char *) "plan=/etc/passwd", (char *) "plan=a\nb", long_name, NULL };
                        *value; value++) {
                static const char expected[] = "Parameter \"plan\" takes a file that is handed over, and its name without a"
                                               " folder, of at most 255 bytes in one line, not ";
                _cleanup_free_ char *message = NULL;
                char **command;

                assert_int_equal(job_type_expand(found.type, (char *[]){ *value, NULL }, INPUTS, &command, &message), -EINVAL);
                assert_memory_equal(message, expected, sizeof(expected) - 1);
        }
}

static void check_related(const JobType *type, char *const *values, const char *wanted) {
        _cleanup_free_ char *related = NULL, *message = NULL;

        assert_int_equal(job_type_expand_related(type, values, &related, &message), 0);
        if (wanted)
                assert_string_equal(related, wanted);
        else
                assert_null(related);
}

static void test_what_a_job_is_about(void **state) {
        _cleanup_found_ Found found, whole, none;
        _cleanup_(job_freep) Job *job = NULL;
        _cleanup_free_ char *message = NULL, *value = malloc(3000);
        char *related;

        read_text(&found, COMMAND "{slug} {n}\nRelated=https://archive.example.org/{slug}?n={n}#{{x}}\n[Parameter slug]\n"
                                  "[Parameter n]\nType=integer\nDefault=1\n");
        assert_string_equal(found.mistakes, "");
        check_related(found.type, (char *[]){ (char *) "slug=grunwald-family", NULL },
                        "https://archive.example.org/grunwald-family?n=1#{x}");
        check_related(found.type, (char *[]){ (char *) "slug=a b/../\303\244?&#%\n\"", (char *) "n=-2", NULL },
                        "https://archive.example.org/a%20b%2F..%2F%C3%A4%3F%26%23%25%0A%22?n=-2#{x}");
        check_related(found.type, (char *[]){ (char *) "n=2", NULL }, NULL);
        check_related(found.type, (char *[]){ (char *) "slug=", NULL }, NULL);
        assert_int_equal(job_new_of_type(found.type, (char *[]){ (char *) "slug=x", NULL }, SD_ID128_NULL, &job, &message), 0);
        assert_string_equal(job->related, "https://archive.example.org/x?n=1#{x}");
        sprintf(value, "slug=%02100d", 0);
        assert_int_equal(job_type_expand_related(found.type, (char *[]){ value, NULL }, &related, &message), -EINVAL);
        assert_string_equal(message, "The parameters make a Related= of 2136 bytes, at most 2048 are allowed.");

        read_text(&whole, COMMAND "{record}\nRelated={record}\n[Parameter record]\nType=uri\n");
        assert_string_equal(whole.mistakes, "");
        check_related(whole.type, (char *[]){ (char *) "record=urn:x:%20y", NULL }, "urn:x:%20y");
        read_text(&none, COMMAND "\n");
        check_related(none.type, NULL, NULL);
}

static void test_the_size_of_secrets(void **state) {
        _cleanup_strv_free_ char **values = NULL;
        _cleanup_free_ char *message = NULL, *text = NULL;
        _cleanup_found_ Found found;
        Job *job;
        size_t size;
        FILE *f = open_memstream(&text, &size);

        fputs(COMMAND, f);
        for (int i = 0; i < 17; i++)
                fprintf(f, " {s%d}", i);
        for (int i = 0; i < 17; i++) {
                _cleanup_free_ char *value = NULL;

                fprintf(f, "\n[Parameter s%d]\nSecret=yes\n", i);
                assert_true(asprintf(&value, "s%d=%032000d", i, 0) > 0);
                assert_int_equal(strv_extend(&values, value), 0);
        }
        fclose(f);
        read_text(&found, text);
        assert_int_equal(job_new_of_type(found.type, values, SD_ID128_NULL, &job, &message), -EINVAL);
        assert_string_equal(message, "The secret parameters have 544075 bytes, at most 524288 are allowed.");
}

static void test_words(void **state) {
        static const struct {
                const char *line, *words;
        } cases[] = {
                { "", "" },
                { " \t", "" },
                { "a  b\tc ", "a|b|c" },
                { "'a b' \"c d\"", "a b|c d" },
                { "a'b'\"c\"d", "abcd" },
                { "'' \"\"", "|" },
                { "a\\ b \\\"", "a b|\"" },
                { "'a\\b' \"a\\\"b\"", "a\\b|a\"b" },
                { "$X %n * ;", "$X|%n|*|;" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_strv_free_ char **words = NULL;
                _cleanup_free_ char *joined = NULL;

                assert_int_equal(words_split(cases[i].line, &words), 0);
                assert_int_equal(strv_join(words, "|", &joined), 0);
                assert_string_equal(joined, cases[i].words);
        }
        static const char *const bad[] = { "'a", "\"a", "a\\", "a'\"" };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char **words;

                assert_int_equal(words_split(bad[i], &words), -EINVAL);
        }
}

static void check_placed(const char *text, const char *rest, uint64_t cpu, uint64_t memory) {
        uint64_t cpu_usage_nsec = 7, memory_peak = 8;

        assert_string_equal(placed_status_parse(text, &cpu_usage_nsec, &memory_peak), rest);
        assert_int_equal(cpu_usage_nsec, cpu);
        assert_int_equal(memory_peak, memory);
}

static void test_what_a_placed_job_cost(void **state) {
        check_placed("40% of it", "40% of it", 7, 8);
        check_placed("", "", 7, 8);
        check_placed("Cost there: 1500 ns, 4096 bytes. Imported 3", "Imported 3", 1500, 4096);
        check_placed("Cost there: 1500 ns, 0 bytes. ", "", 1500, 0);
        check_placed("Cost there: 18446744073709551615 ns, 1 bytes.", "", UINT64_MAX, 1);
        check_placed("Cost there: 1500 ns", "Cost there: 1500 ns", 7, 8);
        check_placed("Cost there: 1500 ns, 4096 byt", "Cost there: 1500 ns, 4096 byt", 7, 8);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_every_directive),
                cmocka_unit_test(test_descriptions_in_other_languages),
                cmocka_unit_test(test_as_many_languages_as_a_description_may_have),
                cmocka_unit_test(test_what_is_left_out_of_a_file),
                cmocka_unit_test(test_mistakes),
                cmocka_unit_test(test_each_mistake_of_a_file_is_told),
                cmocka_unit_test(test_a_program_that_everybody_may_write_to),
                cmocka_unit_test(test_one_file_is_checked),
                cmocka_unit_test(test_more_environment_than_a_job_may_have),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_a_long_value),
                cmocka_unit_test(test_required_and_default),
                cmocka_unit_test(test_an_empty_value_does_not_hide_a_dash),
                cmocka_unit_test(test_folders_replace_and_mask),
                cmocka_unit_test(test_drop_ins),
                cmocka_unit_test(test_a_secret_is_kept_apart),
                cmocka_unit_test(test_a_file),
                cmocka_unit_test(test_what_a_job_is_about),
                cmocka_unit_test(test_the_size_of_secrets),
                cmocka_unit_test(test_words),
                cmocka_unit_test(test_what_a_placed_job_cost),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
