# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what clients were told, what ran, what systemd and the journal say, and what jobsd lists."""

import collections
import json

from daemon import log, wait_until_idle
from load import Work
from person import Person

_UNIT_STARTED = "39f53479d3a045ac8e11786248231fbf"
_PROCESS_EXITED = "98e322203f7a4ed290d09fe03c09fe15"
_ENDED = ("completed", "error", "cancelled")

# How a job of each ending ends, and with how many tries where there are further ones.
_OUTCOMES = {"0": ("success", 0), "7": ("exit-code", 7), "KILL": ("signal", 9), "flaky": ("success", 0)}
_TRIES = {"0": 1, "7": 3, "flaky": 3, "KILL": 1}
_STATUSES = {"0": 0, "7": 7, "KILL": 255, "flaky": 0}

# jobsd was killed over a question, and over the same one again; or the bus itself has gone.
_CLEAR_ERRORS = ("jobsd did not answer.", "The bus closed the connection.", "jobsd is not running.")
# Its disk is full, or fails.
_REFUSAL = "Nothing was changed."

# PID 1 takes the time of a process's end and writes its record one after the other.
_SAME_TIME_USEC = 1_000_000


class Checker:
    """What was found is in violations, one sentence each; counts has what was looked at."""

    def __init__(self, work: Work, root: Person, has_all_records: bool, has_all_output: bool,
                 n_power_cuts: int):
        self.violations: list[str] = []
        self.counts = collections.Counter()
        self._work = work
        self._machine = work.machine
        self._root = root
        self._has_all_records = has_all_records
        self._has_all_output = has_all_output
        self._n_power_cuts = n_power_cuts

    def check(self):
        wait_until_idle(self._root)
        self._gather()
        self._check_submissions()
        for row in self._rows.values():
            self._check_runs(row)
            self._check_result(row)
            self._check_times(row)
        self._check_marks()
        self._check_outputs()
        self._check_attended()
        self._check_signals()
        self._check_database()
        self.counts.update(submitted=len(self._submitted), acknowledged=len(self._acknowledged),
                           listed=len(self._rows), starts=sum(map(len, self._begins.values())))

    def _violation(self, text: str):
        self.violations.append(text)

    def _gather(self):
        self._rows = {row["Id"]: row for row in self._list()}
        told = self._work.told
        self._submitted = {record["token"]: record for record in told("submit") + told("attended")}
        self._acknowledged = {record["id"]: token for token, record in self._submitted.items()
                              if "id" in record}
        self._cleared = {id for record in told("clear") for id in record["ids"]}
        self._cancelled = {record["id"] for record in told("cancel")}
        self._begins, self._ends = collections.defaultdict(list), collections.defaultdict(list)
        self._tokens = {}
        for what, token, id, invocation, usec in self._work.marks():
            (self._begins if what == "begin" else self._ends)[id].append((invocation, usec))
            self._tokens[id] = token
        self._started = collections.Counter(
            (record["UNIT"], record["INVOCATION_ID"]) for record in self._records(_UNIT_STARTED))
        self._exited = {record["INVOCATION_ID"]: int(record["_SOURCE_REALTIME_TIMESTAMP"])
                        for record in self._records(_PROCESS_EXITED)}

    def _list(self):
        before = 0
        while rows := self._root.list_jobs(before=before, all=True):
            yield from rows
            before = rows[-1]["Id"]

    def _records(self, message_id: str) -> list[dict]:
        """PID 1's records about jobs' units."""
        fields = "UNIT,INVOCATION_ID,_SOURCE_REALTIME_TIMESTAMP"
        self._machine.run(["journalctl", "--sync"])
        lines = self._machine.run(["journalctl", "--output=json", f"--output-fields={fields}", "--quiet",
                                   "_PID=1", f"MESSAGE_ID={message_id}"]).stdout.splitlines()
        return [record for record in map(json.loads, lines) if record.get("UNIT", "").startswith("jobsd-")]

    def _token(self, row: dict) -> str | None:
        """A job that never ran has none: it was of the type, and was cancelled before."""
        return self._tokens.get(row["Id"]) or (row["Name"] if row["Name"] in self._submitted else None)

    # Each of these is about one promise

    def _check_submissions(self):
        for id, token in self._acknowledged.items():
            if id not in self._rows and id not in self._cleared:
                self._violation(f"job {id} was acknowledged and is gone")
            if self._tokens.get(id, token) != token:
                self._violation(f"job {id} of {token} ran as {self._tokens[id]}")
        tokens = collections.Counter(filter(None, map(self._token, self._rows.values())))
        for token, n in tokens.items():
            if n > 1:
                self._violation(f"one submission, {token}, became {n} jobs")
            if self._submitted.get(token, {}).get("refused"):
                self._violation(f"{token} was refused and is listed")

    def _check_runs(self, row: dict):
        """As often as there were tries, and as systemd knows it."""
        id, begins = row["Id"], self._begins[row["Id"]]
        token = self._token(row)
        if row["Result"] == "cancelled":
            wanted = range(0, row["Attempt"] + 1)   # the stop may come before the program's first word
        elif row["Result"] == "interrupted":
            wanted = range(row["Attempt"] - 1, row["Attempt"] + 1)      # and the power cut, too
        elif row["Type"] == "restartable":
            wanted = range(1, row["Attempt"] + 1)
        else:
            wanted = range(row["Attempt"], row["Attempt"] + 1)
        if len(begins) not in wanted:
            self._violation(f"job {id} was tried {row['Attempt']} times and began {len(begins)} times: {row}")
        for invocation, _ in begins:
            n = sum(n for (_, known), n in self._started.items() if known == invocation)
            if n > 1 or n == 0 and self._has_all_records:
                self._violation(f"job {id} began as invocation {invocation}, which systemd started {n} times")
        if begins and row["Result"] not in ("cancelled", "interrupted") and row["InvocationID"] != begins[-1][0]:
            self._violation(f"job {id} began as {begins[-1][0]} and is listed as {row['InvocationID']}")
        if token is None and row["Result"] not in ("cancelled", "interrupted"):
            self._violation(f"nobody submitted job {id}: {row}")

    def _check_result(self, row: dict):
        id, token = row["Id"], self._token(row)
        if row["Status"] not in _ENDED:
            self._violation(f"job {id} has not ended: {row}")
        if row["Result"] == "cancelled":
            if id not in self._cancelled:
                self._violation(f"job {id} was cancelled and nobody asked for it: {row}")
            return
        if row["Result"] == "interrupted" and self._n_power_cuts > 0 and row["Type"] != "restartable":
            self.counts["interrupted"] += 1
            return
        if token is None or id in self._cancelled and row["Attempt"] < 3 and row["Type"]:
            return      # it failed before the stop came, and is not tried again
        ending = self._submitted[token]["ending"] if token in self._submitted else None
        if (row["Result"], row["ExitStatus"]) != _OUTCOMES.get(ending):
            self._violation(f"job {id}, ending {ending}, ended otherwise: {row}")
        n_tries = _TRIES[ending] if row["Type"] else 1
        n_interrupted = row["Attempt"] - n_tries if row["Type"] == "restartable" else 0
        self.counts["tries that were interrupted"] += n_interrupted
        if not (0 <= n_interrupted <= self._n_power_cuts and row["Attempt"] == n_tries + n_interrupted):
            self._violation(f"job {id}, ending {ending}, was tried {row['Attempt']} times")

    def _check_times(self, row: dict):
        id, ends = row["Id"], self._ends[row["Id"]]
        if not 0 < row["Submitted"] <= row["Finished"] or not row["Started"] <= row["Finished"]:
            self._violation(f"job {id} has impossible times: {row}")
        if row["Result"] in ("cancelled", "interrupted") or not ends:
            return
        invocation, usec = ends[-1]
        if not row["Submitted"] < row["Started"] < usec < row["Finished"]:
            self._violation(f"job {id} wrote its last mark at {usec}, which its times do not allow: {row}")
        if invocation in self._exited and abs(self._exited[invocation] - row["Finished"]) > _SAME_TIME_USEC:
            self._violation(f"job {id} ended at {self._exited[invocation]}, not at {row['Finished']}")

    def _check_marks(self):
        for id, token in self._tokens.items():
            if id not in self._rows and id not in self._cleared:
                self._violation(f"job {id} of {token} ran and is not listed")
            if self._submitted.get(token, {}).get("refused"):
                self._violation(f"{token} was refused and ran as job {id}")
        for (unit, _), n in self._started.items():
            if n > 1:
                self._violation(f"systemd started {unit} {n} times")

    def _check_outputs(self):
        """What was read while things broke, and what all who ended printed as it is there now."""
        for record in self._work.told("output"):
            row = self._rows.get(record["id"])
            if row and row["Result"] != "cancelled":
                self._check_output(row, record["text"], record["whole"])
                self.counts["outputs read meanwhile"] += 1
        for id, row in self._rows.items():
            if row["Result"] != "cancelled":
                self._check_output(row, self._printed()[id], whole=True)
                self.counts["outputs read afterwards"] += 1

    def _check_output(self, row: dict, text: str, whole: bool):
        token = self._token(row)
        wanted = f"{token} begins\n{token} ends\n" * row["Attempt"]
        if not self._has_all_output and _is_left_of(text, wanted):
            self.counts["outputs of which lines are missing"] += text != wanted
        elif text != wanted if whole else not wanted.startswith(text):
            self._violation(f"job {row['Id']} printed {wanted!r}, and what was read is {text!r}, {whole=}")

    def _printed(self) -> dict[int, str]:
        """What the journal has of each job, read at once."""
        if not hasattr(self, "_journal"):
            self._journal = collections.defaultdict(str)
            for line in self._machine.run(["journalctl", "--namespace=jobs", "--output=json", "--quiet",
                                           "--output-fields=MESSAGE,JOBSD_PART,_SYSTEMD_UNIT"]).stdout.splitlines():
                record = json.loads(line)
                if "MESSAGE" in record and record.get("_SYSTEMD_UNIT", "").startswith("jobsd-"):
                    id = int(record["_SYSTEMD_UNIT"].removesuffix(".service").split("-")[1])
                    self._journal[id] += record["MESSAGE"] + ("" if "JOBSD_PART" in record else "\n")
        return self._journal

    def _check_attended(self):
        """jobsctl run --wait and --follow: the job's own status and output, or a clear error."""
        for record in self._work.told("attended"):
            self.counts["attended"] += 1
            told_id = record["how"] == "--wait" and record["output"].strip()
            if told_id and int(told_id) not in self._rows:
                self._violation(f"jobsctl printed the id of a job that is gone: {record}")
            if record["status"] == 1 and _REFUSAL in record["error"]:
                self.counts["attended, refused"] += 1
                if record["token"] in map(self._token, self._rows.values()):
                    self._violation(f"jobsctl said that a job was refused, which is listed: {record}")
                continue
            if record["status"] == 1 and any(reason in record["error"] for reason in _CLEAR_ERRORS):
                self.counts["attended, given up"] += 1
                continue
            if record["status"] != _STATUSES[record["ending"]]:
                self._violation(f"jobsctl ended otherwise than its job: {record}")
            if "breaks off again and again" in record["error"]:
                continue    # it says how to read the output
            wanted = "{0} begins\n{0} ends\n".format(record["token"])
            if not self._has_all_output and _is_left_of(record["output"], wanted):
                continue
            if record["how"] == "--follow" and record["output"] != wanted:
                self._violation(f"jobsctl has not shown what its job printed: {record}")

    def _check_signals(self):
        for record in self._work.told("removed"):
            row = self._rows.get(record["id"])
            self.counts["ends told"] += 1
            if row and row["Status"] != record["status"]:
                self._violation(f"JobRemoved told {record}, and the job is {row}")

    def _check_database(self):
        answer = self._machine.run(["sqlite3", "/var/lib/jobsd/jobs.db", "PRAGMA integrity_check"]).stdout
        if answer != "ok\n":
            self._violation(f"the database is damaged: {answer}")


def _is_left_of(text: str, wanted: str) -> bool:
    """Whether it is so, but for whole lines that are missing."""
    left = iter(wanted.splitlines())
    return all(line in left for line in text.splitlines())


def check(work: Work, has_all_records: bool = True, has_all_output: bool = True, n_power_cuts: int = 0):
    """Fails, and says what was violated. What PID 1 says while journald is away is in no journal; what jobs print while
    the journal's disk is full, and what no journald had written to it when the power was cut, is not, either."""
    with Person(work.machine, "root") as root:
        checker = Checker(work, root, has_all_records, has_all_output, n_power_cuts)
        checker.check()
    print(dict(checker.counts), "refusals:", collections.Counter(
        record["error"][0] for record in work.told("refused")))
    assert not checker.violations, "\n".join(checker.violations)
