"""The tables of the stage model: coefficients, the fit as a whole, variance components, modes, influence, residuals, models without a fit."""

from __future__ import annotations

from trenza.contracts.columns import (
    SOURCE,
    STUDY,
    Contract,
    bool_column,
    float_column,
    int_column,
    text_column,
)
from trenza.contracts.result_columns import OUTCOME, RESULT, RESULT_KEY

_ID = text_column("id", "id of the analysis: <model>_<outcome>")
_GROUP = text_column("group", "grouping factor, or Residual")
_LEVEL = text_column("level", "the group's label")
_CI_LEVEL = float_column("ci_level", "confidence level of the intervals, 0 to 1", blank=False)

MODEL_CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "coef",
        (
            *RESULT,
            float_column("se_satterthwaite", "model-based standard error, outcome's unit"),
            float_column("df_satterthwaite", "Satterthwaite's degrees of freedom"),
            float_column("p_satterthwaite", "two-sided, with these"),
            float_column("se_kr", "Kenward-Roger's standard error; blank for maximum likelihood"),
            float_column("df_kr", "Kenward-Roger's degrees of freedom; blank for maximum likelihood"),
            float_column("p_kr", "two-sided, with these; blank for maximum likelihood"),
            text_column("coding", "how a category is coded, with its reference level", blank=True),
        ),
        RESULT_KEY,
    ),
    Contract(
        "fit",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            text_column("formula", "the model, in lme4's language"),
            text_column("why", "why this model, as declared", blank=True),
            text_column("method", "how it was fitted"),
            int_column("rows", "rows of the table"),
            int_column("n", "rows used"),
            text_column("groups", "levels of each group"),
            float_column("sigma", "residual standard deviation, outcome's unit"),
            float_column("loglik", "(restricted) log-likelihood"),
            int_column("parameters", "fixed effects, variances and covariances"),
            float_column("aic", "Akaike's criterion; compare only fits with the same fixed part under REML"),
            float_column("bic", "Schwarz's criterion, as aic"),
            float_column("r2_marginal", "share of variance by the fixed part, 0 to 1"),
            float_column("r2_conditional", "share of variance by fixed part and groups, 0 to 1"),
            bool_column("converged", "a further step would change nothing that anybody reads"),
            bool_column("singular", "a variance is 0, or a correlation -1 or 1"),
            float_column("gradient", "distance from a gradient of zero, standard errors of the variances"),
            text_column("messages", "every message of the fit", blank=True),
        ),
        ("id", "source"),
    ),
    Contract(
        "varcomp",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            _GROUP,
            text_column("term", "what varies over the group; blank for the residual", blank=True),
            text_column("term_2", "the other one, for a covariance", blank=True),
            text_column("kind", "what the row is", allowed=("variance", "covariance")),
            float_column("estimate", "variance or covariance, outcome's unit squared"),
            float_column("se", "standard error, same unit"),
            float_column("sd_or_corr", "standard deviation in the outcome's unit, or correlation"),
            float_column("wald_low", "Wald limit of sd_or_corr; blank on the boundary"),
            float_column("wald_high", "Wald limit of sd_or_corr; blank on the boundary"),
            float_column("profile_low", "profile-likelihood limit of sd_or_corr"),
            float_column(
                "profile_high", "profile-likelihood limit of sd_or_corr; infinite where there is none"
            ),
            _CI_LEVEL,
            float_column(
                "share", "of the group in all random variance, 0 to 1; blank for covariances and slopes"
            ),
        ),
        ("id", "source", "group", "term", "term_2"),
    ),
    Contract(
        "modes",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            _GROUP,
            _LEVEL,
            text_column("term", "what varies over the group"),
            float_column(
                "mode", "conditional mode: what the level adds, outcome's unit per unit of the term"
            ),
            float_column("se", "standard deviation given data and parameters, same unit"),
            float_column("se_prediction", "of mode minus truth, same unit"),
            float_column("ci_low", "lower limit by se_prediction"),
            float_column("ci_high", "upper limit by se_prediction"),
            _CI_LEVEL,
            int_column("rank", "1 is the lowest of the group's term"),
            float_column("standardised", "mode by its own standard deviation; blank where the variance is 0"),
            float_column("quantile", "standard normal quantile of the rank of standardised"),
        ),
        ("id", "source", "group", "level", "term"),
    ),
    Contract(
        "influence",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            _GROUP,
            _LEVEL,
            float_column("weight", "rows of the cluster, or the sum of their weights", blank=False),
            text_column("term", "fixed effect"),
            float_column("estimate", "with all clusters, outcome's unit"),
            float_column(
                "without", "without this cluster; blank where the others do not determine the terms"
            ),
            float_column("change", "without minus estimate"),
            float_column("dfbetas", "estimate minus without, in standard errors"),
            float_column("cook", "Cook's distance of the cluster"),
            text_column("method", "how it was computed"),
        ),
        ("id", "source", "group", "level", "term"),
    ),
    Contract(
        "residual_bins",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            int_column("bin", "rows with about the same expected value, from the lowest"),
            int_column("n", "rows"),
            float_column("observed", "mean outcome, outcome's unit"),
            float_column("residual", "mean residual, residual standard deviations"),
            float_column("residual_sd", "standard deviation of the residuals, same unit"),
            float_column("fit", "expected by the fixed part for the row in the middle, outcome's unit"),
            float_column("ci_low", "lower limit of fit, of the mean over all groups"),
            float_column("ci_high", "upper limit of fit, of the mean over all groups"),
            float_column("low", "lower limit of one new unit in a new group; blank for weighted fits"),
            float_column("high", "upper limit of one new unit in a new group; blank for weighted fits"),
            _CI_LEVEL,
        ),
        ("id", "source", "bin"),
    ),
    Contract(
        "not_fitted",
        (
            STUDY,
            _ID,
            OUTCOME,
            SOURCE,
            text_column("formula", "the model as declared, in lme4's language"),
            text_column("reason", "what the official files at hand lack for it"),
        ),
        ("id", "source"),
    ),
)
# What the numbers of levels of real data stand for, all text: kept in the private folder, never among results.
LEVEL_NAMES = ("id", "group", "level", "name")
MODEL_TABLES = {contract.name: contract for contract in MODEL_CONTRACTS}
