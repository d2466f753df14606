"""A run computed by Spark, on this machine or on a cluster whose machines see the same files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import ibis
import ibis.expr.operations as ops

from engine.engines.engine import BATCH, KEPT, Engine, SqlEngine, batch
from engine.problems import Invalid, Problem
from engine.sourcing.staging import Stageable, Staged

OPTIONS = {
    "spark.app.name": "forfait",
    # Nothing is fetched, served or kept.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.catalogImplementation": "in-memory",
    # Whole numbers that overflow are a fault, never another number.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A query of so many columns takes longer to compile, and to plan over again, than to be run as it is.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.constraintPropagation.enabled": "false",
}
ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # As many as there are cores at most: more is made for a cluster.
    "spark.sql.shuffle.partitions": "4",
}
JOURNAL = """\
rootLogger.level = error
rootLogger.appenderRef.file.ref = file
appender.file.type = File
appender.file.name = file
appender.file.fileName = {file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %m%n
"""
SHOWN = 160


@contextmanager
def in_spark(master: str, source: Stageable, scratch: Path, memory: int | None) -> Iterator[Engine]:
    """Spark under a master: `local[2]`, or the address of a cluster, which has to see the files of the source.

    Raises Invalid: Spark or Java is not installed, or it cannot start.
    """
    files = source.staged(scratch, memory)
    with session(master, scratch, memory) as opened:
        yield _Spark(opened, files)


@contextmanager
def session(master: str, scratch: Path, memory: int | None) -> Iterator[Anything]:
    """A session of Spark; that of this process where there is one, which then is left as it is. Raises Invalid."""
    try:
        from py4j.protocol import Py4JError  # noqa: PLC0415
        from pyspark import SparkContext  # noqa: PLC0415
        from pyspark.errors import PySparkException  # noqa: PLC0415
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError:
        raise Invalid([Problem("no_spark")]) from None
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    journal = scratch / "spark.log"
    with ExitStack() as opened:
        try:
            settings = _settings(master, scratch, memory)
            gateway = opened.enter_context(_java(settings, journal))
            context = SparkContext(conf=settings, gateway=gateway)
            opened.callback(context.stop)
            started = SparkSession(context)
        except (PySparkException, Py4JError, OSError) as error:
            said = _lines(journal.read_text(errors="replace")) or _lines(str(error))
            details = {"name": master, "why": next(reversed(said), "")}
            raise Invalid([Problem("spark_not_started", details=details)]) from None
        yield started


@contextmanager
def _java(settings: Anything, journal: Path) -> Iterator[Anything]:
    """The Java side of Spark, whose words go to a journal."""
    from pyspark import SparkContext  # noqa: PLC0415
    from pyspark.java_gateway import launch_gateway  # noqa: PLC0415

    with journal.open("wb") as said:
        gateway: Anything = launch_gateway(settings, {"stdout": said, "stderr": said})  # type: ignore[no-untyped-call]
    try:
        yield gateway
    finally:
        gateway.shutdown()
        # It ends when nobody speaks to it any more; this process may start another.
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


def _settings(master: str, scratch: Path, memory: int | None) -> Anything:
    from pyspark import SparkConf  # noqa: PLC0415

    logged = scratch / "log4j2.properties"
    logged.write_text(JOURNAL.format(file=scratch / "spark.log"), encoding="utf-8")
    given = {
        **OPTIONS,
        **(ON_THIS_MACHINE if master.startswith("local") else {}),
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch),
        "spark.jars.ivy": str(scratch),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logged.as_uri()}",
        **({} if memory is None else {"spark.driver.memory": f"{memory // 1024}k"}),
    }
    return SparkConf(loadDefaults=False).setMaster(master).setAll(list(given.items()))


def _itself(file: Path) -> str:
    """The path of one file, no sign of which stands for others."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", str(file))


@ibis.udf.agg.builtin(name="bit_or")  # type: ignore[untyped-decorator]
def _bits(of: int) -> int:
    """What Ibis does not know that Spark has."""
    raise NotImplementedError(of)


def _for_spark(node: Anything, given: dict[str, Anything] | None) -> Anything:
    """The same as Spark takes it: the greatest, or least, of one value is that value."""
    made = node.__recreate__(given) if given else node
    match made:
        case ops.BitOr(arg=of):
            return _bits(of.to_expr()).op()
        case ops.Greatest(arg=(one,)) | ops.Least(arg=(one,)):
            return one
        case _:
            return made


class _Spark(SqlEngine):
    """Spark, which reads the files by itself, each of its machines some parts."""

    def __init__(self, session: Anything, files: Staged) -> None:
        super().__init__()
        self.session, self.backend = session, ibis.pyspark.connect(session)
        self.singly, self.columns = files.singly, files.tables
        self.versions = {"ibis": version("ibis-framework"), "spark": session.version}
        self.last: Anything = None
        self.files = {
            table: self.backend.read_parquet(_itself(file), table_name=f"forfait_{table}")
            for table, file in files.files.items()
        }
        self._hold("", "")
        self.held = {table: self.backend.table(f"{BATCH}{table}") for table in self.columns}

    def _hold(self, first: str, last: str) -> None:
        for table, file in self.files.items():
            some = self.backend.compile(batch(self.columns[table], file, first, last))
            self.session.sql(some).createOrReplaceTempView(f"{BATCH}{table}")

    def _written(self, expression: Anything) -> str:
        return super()._written(expression.op().replace(_for_spark).to_expr())

    def _fetched(self, query: str, schema: Anything) -> Anything:
        with _told():
            # By Ibis it would come through pandas, a row at a time.
            return self.session.sql(query).toArrow().cast(schema)

    def _keep(self, query: str) -> None:
        with _told():
            found = self.session.sql(query).persist()
            found.createOrReplaceTempView(KEPT)
            if self.last is not None:
                self.last.unpersist()
            self.last = found


@contextmanager
def _told() -> Iterator[None]:
    """Raises Invalid where Spark fails."""
    from py4j.protocol import Py4JError  # noqa: PLC0415

    try:
        yield
        return
    except Py4JError as error:
        # It is asked of Java what it says, and Java is gone once this block is left.
        why = str(error)
    if "OutOfMemoryError" in why:
        raise Invalid([Problem("not_enough_memory")])
    raise Invalid([Problem("spark_failed", details={"why": " ".join(_lines(why)[:2])})])


def _lines(said: str) -> list[str]:
    """What Spark says, line by line, without where in its own code."""
    return [
        line.strip()[:SHOWN] for line in said.splitlines() if line.strip() and not line.lstrip().startswith("at ")
    ]
