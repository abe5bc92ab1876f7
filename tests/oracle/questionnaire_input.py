"""Made answers for questionnaire.R: run by hand, `python tests/oracle/questionnaire_input.py`; output kept beside.

120 people in 15 schools of 8, items a to f from 1 to 5, d reversed; schools differ. ``size`` 1 marks the people of
an unequal part: the first 2 to 8 of each school.
"""

from pathlib import Path

import numpy as np

rng = np.random.default_rng(2018)
school = np.repeat(np.arange(15), 8)
trait = rng.normal(size=15)[school] * 0.5 + rng.normal(size=120)
loadings = np.array([0.8, 0.7, 0.6, -0.7, 0.5, 0.6])
latent = trait[:, None] * loadings + rng.normal(size=(120, 6)) * 0.7
answers = np.clip(np.rint(3 + latent), 1, 5).astype(int)
unequal = (np.arange(120) % 8 < 2 + school % 7).astype(int)
rows = ["school,unequal,a,b,c,d,e,f"]
rows += [f"s{s:02d},{u}," + ",".join(map(str, x)) for s, u, x in zip(school, unequal, answers, strict=True)]
Path(__file__).with_name("questionnaire_input.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
