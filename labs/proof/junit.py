"""Proofs as a JUnit report, which build servers read: a suite for each lab, a case for each thing that was tried."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from labs.proof.findings import Finding, LabProof, State, Verdict
from labs.proof.report import in_words

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say; a screen may hold it."""


def junit(proofs: Sequence[LabProof]) -> str:
    """The report as text."""
    root = ElementTree.Element("testsuites", name="proof")
    for proof in proofs:
        _suite(root, proof)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, proof: LabProof) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=proof.lab.slug, time=f"{proof.seconds:.1f}")
    name = f"{proof.lab.module}.{proof.lab.slug}"
    for finding in proof.findings:
        _case(suite, name, finding)
    if proof.reason:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name="the whole lab", time="0")
        kind = "skipped" if proof.state is State.NOT_PROVED else "failure"
        ElementTree.SubElement(case, kind, message=_clean(proof.reason))
    cases = list(suite)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(1 for case in cases if case.find("failure") is not None)))
    suite.set("skipped", str(sum(1 for case in cases if case.find("skipped") is not None)))


def _case(suite: ElementTree.Element, classname: str, finding: Finding) -> None:
    name = _clean(f"{finding.step or 'beginning'}: {finding.kind}, line {finding.line}")
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time=f"{finding.seconds:.2f}")
    if finding.verdict is Verdict.FAILED:
        ElementTree.SubElement(case, "failure", message=_clean(finding.message)).text = _clean(in_words(finding))
    elif finding.verdict is Verdict.SKIPPED:
        ElementTree.SubElement(case, "skipped", message=_clean(finding.message))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
