"""The sources of the methods, listed in a report only where the method was used."""

from __future__ import annotations

from collections.abc import Mapping

_BY_TABLE: dict[str, tuple[str, ...]] = {
    "verdicts": (
        "Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage samples. "
        "Survey Methodology, 28(2), 169\u2013181.",
        "Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate: A practical and powerful approach to multiple "
        "testing. Journal of the Royal Statistical Society: Series B, 57(1), 289\u2013300.",
        "Bloom, H. S. (1995). Minimum detectable effects: A simple way to report the statistical power of experimental designs. "
        "Evaluation Review, 19(5), 547\u2013556.",
        "Brunner, E., & Munzel, U. (2000). The nonparametric Behrens-Fisher problem: Asymptotic theory and a small-sample "
        "approximation. Biometrical Journal, 42(1), 17\u201325.",
        "Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2008). Bootstrap-based improvements for inference with clustered errors. "
        "Review of Economics and Statistics, 90(3), 414\u2013427.",
        "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. "
        "Journal of Educational Statistics, 6(2), 107\u2013128.",
        "Hedges, L. V. (2007). Correcting a significance test for clustering. Journal of Educational and Behavioral Statistics, "
        "32(2), 151\u2013179.",
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics, 6(2), 65\u201370.",
        "Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from restricted maximum likelihood. "
        "Biometrics, 53(3), 983\u2013997.",
        "Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and hypothesis testing "
        "in fixed effects models. Journal of Business & Economic Statistics, 36(4), 672\u2013683.",
        "Rouder, J. N., Speckman, P. L., Sun, D., Morey, R. D., & Iverson, G. (2009). Bayesian t tests for accepting and rejecting "
        "the null hypothesis. Psychonomic Bulletin & Review, 16(2), 225\u2013237.",
        "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin, 2(6), 110\u2013114.",
        "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach for assessing the equivalence "
        "of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics, 15(6), 657\u2013680.",
        "Steiger, J. H., & Fouladi, R. T. (1997). Noncentrality interval estimation and the evaluation of statistical models. In "
        "L. L. Harlow, S. A. Mulaik, & J. H. Steiger (Eds.), What if there were no significance tests? (pp. 221\u2013257). Erlbaum.",
        "Welch, B. L. (1947). The generalization of \u2018Student\u2019s\u2019 problem when several different population variances are "
        "involved. Biometrika, 34(1/2), 28\u201335.",
    ),
    "audit_findings": (
        "Anaya, J. (2016). The GRIMMER test: A method for testing the validity of reported measures of variability. PeerJ Preprints, "
        "4, e2400v1.",
        "Brown, N. J. L., & Heathers, J. A. J. (2017). The GRIM test: A simple technique detects numerous anomalies in the reporting of "
        "results in psychology. Social Psychological and Personality Science, 8(4), 363\u2013369.",
        "Heathers, J. A. J., & Brown, N. J. L. (2019). DEBIT: A simple consistency test for binary data. OSF.",
    ),
    "baseline": (
        "Cox, D. R. (1970). The analysis of binary data. Methuen.",
        "What Works Clearinghouse. (2022). Procedures and standards handbook, version 5.0. Institute of Education Sciences.",
    ),
    "coef": (
        "Bates, D., M\u00e4chler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models using lme4. "
        "Journal of Statistical Software, 67(1), 1\u201348.",
        "Christensen, R., Pearson, L. M., & Johnson, W. (1992). Case-deletion diagnostics for mixed models. Technometrics, 34(1), 38\u201345.",
        "Goldstein, H. (2011). Multilevel statistical models (4th ed.). Wiley.",
        "Kenward, M. G., & Roger, J. H. (1997). Small sample inference for fixed effects from restricted maximum likelihood. "
        "Biometrics, 53(3), 983\u2013997.",
        "Laird, N. M., & Ware, J. H. (1982). Random-effects models for longitudinal data. Biometrics, 38(4), 963\u2013974.",
        "Nakagawa, S., & Schielzeth, H. (2013). A general and simple method for obtaining R\u00b2 from generalized linear mixed-effects "
        "models. Methods in Ecology and Evolution, 4(2), 133\u2013142.",
        "Patterson, H. D., & Thompson, R. (1971). Recovery of inter-block information when block sizes are unequal. Biometrika, 58(3), 545\u2013554.",
        "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin, 2(6), 110\u2013114.",
    ),
    "discontinuity": (
        "Chay, K. Y., McEwan, P. J., & Urquiola, M. (2005). The central role of noise in evaluating interventions that use test scores to rank "
        "schools. American Economic Review, 95(4), 1237\u20131258.",
        "Hahn, J., Todd, P., & Van der Klaauw, W. (2001). Identification and estimation of treatment effects with a regression-discontinuity "
        "design. Econometrica, 69(1), 201\u2013209.",
        "Imbens, G. W., & Lemieux, T. (2008). Regression discontinuity designs: A guide to practice. Journal of Econometrics, "
        "142(2), 615\u2013635.",
    ),
    "mean_reversion": (
        "Oaxaca, R. (1973). Male-female wage differentials in urban labor markets. International Economic Review, 14(3), 693\u2013709.",
        "Chay, K. Y., McEwan, P. J., & Urquiola, M. (2005). The central role of noise in evaluating interventions that use test scores to rank "
        "schools. American Economic Review, 95(4), 1237\u20131258.",
    ),
    "panel_effects": (
        "Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage samples. "
        "Survey Methodology, 28(2), 169\u2013181.",
        "Bloom, H. S. (1995). Minimum detectable effects: A simple way to report the statistical power of experimental designs. "
        "Evaluation Review, 19(5), 547\u2013556.",
        "Borusyak, K., Jaravel, X., & Spiess, J. (2024). Revisiting event-study designs: Robust and efficient estimation. "
        "Review of Economic Studies, 91(6), 3253\u20133285.",
        "Callaway, B., & Sant\u2019Anna, P. H. C. (2021). Difference-in-differences with multiple time periods. Journal of Econometrics, "
        "225(2), 200\u2013230.",
        "Goodman-Bacon, A. (2021). Difference-in-differences with variation in treatment timing. Journal of Econometrics, 225(2), 254\u2013277.",
        "Rambachan, A., & Roth, J. (2023). A more credible approach to parallel trends. Review of Economic Studies, 90(5), 2555\u20132591.",
        "What Works Clearinghouse. (2022). Procedures and standards handbook, version 5.0. Institute of Education Sciences.",
    ),
    "panel_balance": (
        "Hainmueller, J. (2012). Entropy balancing for causal effects: A multivariate reweighting method to produce balanced samples in "
        "observational studies. Political Analysis, 20(1), 25\u201346.",
        "Kish, L. (1965). Survey sampling. Wiley.",
        "Stefanski, L. A., & Boos, D. D. (2002). The calculus of M-estimation. The American Statistician, 56(1), 29\u201338.",
        "Zhao, Q., & Percival, D. (2017). Entropy balancing is doubly robust. Journal of Causal Inference, 5(1), 20160010.",
    ),
    "selection_rule": (
        "Chay, K. Y., McEwan, P. J., & Urquiola, M. (2005). The central role of noise in evaluating interventions that use test scores to rank "
        "schools. American Economic Review, 95(4), 1237\u20131258.",
        "Goldstein, H., & Spiegelhalter, D. J. (1996). League tables and their limitations: Statistical issues in comparisons of institutional "
        "performance. Journal of the Royal Statistical Society, Series A, 159(3), 385\u2013443.",
    ),
    "convergence": (
        "Farmer, T., Robinson, K., Elliott, S. J., & Eyles, J. (2006). Developing and implementing a triangulation protocol for qualitative "
        "health research. Qualitative Health Research, 16(3), 377\u2013394.",
        "Guetterman, T. C., Fetters, M. D., & Creswell, J. W. (2015). Integrating quantitative and qualitative results in health science mixed "
        "methods research through joint displays. Annals of Family Medicine, 13(6), 554\u2013561.",
    ),
    "pillars": (
        "Johnson, R. E., Grove, A. L., & Clarke, A. (2019). Pillar integration process: A joint display technique to integrate data in mixed "
        "methods research. Journal of Mixed Methods Research, 13(3), 301\u2013320.",
    ),
    "theme_statistics": (
        "Guetterman, T. C., Fetters, M. D., & Creswell, J. W. (2015). Integrating quantitative and qualitative results in health science mixed "
        "methods research through joint displays. Annals of Family Medicine, 13(6), 554\u2013561.",
    ),
    "school_level": ("Snijders, T. A. B., & Bosker, R. J. (2012). Multilevel analysis (2nd ed.). Sage.",),
    "qca_truth": (
        "Ragin, C. C. (2008). Redesigning social inquiry: Fuzzy sets and beyond. University of Chicago Press.",
        "Ragin, C. C., & Sonnett, J. (2005). Between complexity and parsimony: Limited diversity, counterfactual cases, and comparative analysis. "
        "In S. Kropp & M. Minkenberg (Eds.), Vergleichen in der Politikwissenschaft (pp. 180\u2013197). VS Verlag.",
        "Schneider, C. Q., & Wagemann, C. (2012). Set-theoretic methods for the social sciences. Cambridge University Press.",
    ),
    "process_tests": (
        "Bennett, A. (2015). Disciplining our conjectures: Systematizing process tracing with Bayesian analysis. In A. Bennett & J. T. Checkel "
        "(Eds.), Process tracing: From metaphor to analytic tool (pp. 276\u2013298). Cambridge University Press.",
        "Collier, D. (2011). Understanding process tracing. PS: Political Science & Politics, 44(4), 823\u2013830.",
        "Van Evera, S. (1997). Guide to methods for students of political science. Cornell University Press.",
    ),
    "reliability": (
        "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16(3), 297\u2013334.",
        "Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability coefficient twenty. "
        "Psychometrika, 30(3), 357\u2013370.",
        "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.",
    ),
    "reliability_difference": (
        "Feldt, L. S. (1969). A test of the hypothesis that Cronbach's alpha or Kuder-Richardson coefficient twenty is the same for two "
        "tests. Psychometrika, 34(3), 363\u2013373.",
        "Zou, G. Y. (2007). Toward using confidence intervals to compare correlations. Psychological Methods, 12(4), 399\u2013413.",
    ),
    "school_agreement": (
        "Donner, A. (1986). A review of inference procedures for the intraclass correlation coefficient in the one-way random effects "
        "model. International Statistical Review, 54(1), 67\u201382.",
        "James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group interrater reliability with and without response bias. "
        "Journal of Applied Psychology, 69(1), 85\u201398.",
        "Searle, S. R. (1971). Linear models. Wiley.",
    ),
    "attrition": (
        "What Works Clearinghouse. (2020). Standards handbook, version 4.1. Institute of Education Sciences.",
    ),
    "careless": (
        "Johnson, J. A. (2005). Ascertaining the validity of individual protocols from Web-based personality inventories. Journal of "
        "Research in Personality, 39(1), 103\u2013129.",
    ),
    "files": (
        "Agencia de Calidad de la Educaci\u00f3n. Glosas de las bases de datos p\u00fablicas Simce por establecimiento.",
    ),
    "trends": ("Cochran, W. G. (1977). Sampling techniques (3rd ed.). Wiley.",),
    "gaps": ("Cochran, W. G. (1977). Sampling techniques (3rd ed.). Wiley.",),
}


def used_references(have: Mapping[str, bool]) -> list[str]:
    """Sources of the tables that have rows, each once, in alphabetical order."""
    return sorted({entry for name, entries in _BY_TABLE.items() if have.get(name) for entry in entries})
