"""einops: a pattern must be understood, and a wrong one refused. It computes nothing by itself: this is a proof of the path."""

import time

from nixml_proof_common import Failed, device, processor, prove


def work(order):
    import einops
    from einops.parsing import ParsedExpression

    begin = time.monotonic()
    pattern = ParsedExpression("batch (height width) channel")
    if pattern.identifiers != {"batch", "height", "width", "channel"}:
        raise Failed("einops read the pattern wrongly")
    try:
        ParsedExpression("batch (height")
    except einops.EinopsError:
        pass
    else:
        raise Failed("einops took a pattern that is none")
    return {"version": einops.__version__, "build": "cpu", "devices": [device(0, "cpu", processor(), "parse a pattern", begin, 0.0)]}


if __name__ == "__main__":
    prove("tiny", work)
