# Reference fits for tests/unit/test_multilevel_*.py by lme4, lmerTest and pbkrtest.
#
#   Rscript reference_fits.R <models.csv> <folder of data> <folder of results> [model ...]
#
# Data are made by tests/oracle/make_data.py with a fixed seed. R is not needed to run the tests: the results are
# committed. Debian packages: r-cran-lme4 r-cran-lmertest r-cran-pbkrtest.
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest)})
options(digits = 17, contrasts = c("contr.treatment", "contr.poly"))
args <- commandArgs(TRUE)
models <- read.csv(args[1], colClasses = "character")
if (length(args) > 3) models <- models[models$model %in% args[-(1:3)], ]
limit <- as.numeric(Sys.getenv("KR_ROWS", "5000"))

# lme4's default stops early; bobyqa is started again from where it stopped until nothing moves
# (do.call puts the values into the call, which lmerTest evaluates once more)
tight <- function(formula, data, reml, weights) {
  control <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, check.conv.singular = "ignore",
                         optCtrl = list(rhobeg = 2e-3, rhoend = 1e-10, maxfun = 20000))
  data$weight__ <- if (weights == "") 1 else data[[weights]]
  run <- function(...) suppressMessages(suppressWarnings(
    do.call(lme4::lmer, list(formula, data = data, REML = reml, weights = quote(weight__), ...))))
  fitted <- run()
  for (round in 1:3) fitted <- run(start = getME(fitted, "theta"), control = control)
  fitted
}

fits <- fixed <- variance <- modes <- NULL
for (i in seq_len(nrow(models))) {
  id <- models$model[i]
  data <- read.csv(file.path(args[2], paste0(models$data[i], ".csv")), stringsAsFactors = TRUE, na.strings = c("NA", ""))
  for (name in strsplit(models$factors[i], " ")[[1]]) data[[name]] <- factor(data[[name]])
  formula <- as.formula(models$formula[i])
  fitted <- tight(formula, data, TRUE, models$weights[i])
  full <- tight(formula, data, FALSE, models$weights[i])
  summary_table <- coef(summary(as_lmerModLmerTest(fitted), ddf = "Satterthwaite"))
  beta <- fixef(fitted); p <- length(beta)
  # pbkrtest takes the residual covariance matrix for s2 * I whatever the weights are: no reference there
  kr <- if (nobs(fitted) <= limit && models$weights[i] == "") {
    adjusted <- vcovAdj(fitted)
    list(se = sqrt(diag(as.matrix(adjusted))),
         df = sapply(seq_len(p), function(j) get_Lb_ddf(fitted, as.numeric(seq_len(p) == j))))
  } else list(se = rep(NA, p), df = rep(NA, p))
  fixed <- rbind(fixed, data.frame(model = id, term = names(beta), estimate = beta,
    se = sqrt(diag(as.matrix(vcov(fitted)))), df_satterthwaite = summary_table[, "df"], se_kr = kr$se, df_kr = kr$df,
    estimate_ml = fixef(full), se_ml = sqrt(diag(as.matrix(vcov(full)))), row.names = NULL))
  v <- as.data.frame(VarCorr(fitted))
  variance <- rbind(variance, data.frame(model = id, group = v$grp, term = v$var1, term_2 = v$var2, vcov = v$vcov))
  fits <- rbind(fits, data.frame(model = id, n = nobs(fitted), loglik = as.numeric(logLik(fitted)),
    sigma = sigma(fitted), loglik_ml = as.numeric(logLik(full)), aic = AIC(fitted), bic = BIC(fitted),
    singular = isSingular(fitted)))
  first <- as.data.frame(ranef(fitted, condVar = TRUE))
  first <- first[first$grpvar == first$grpvar[1], ]
  first <- first[seq_len(min(12, nrow(first))), ]
  modes <- rbind(modes, data.frame(model = id, group = first$grpvar, term = first$term, level = first$grp,
    mode = first$condval, se = first$condsd))
  cat(id, nobs(fitted), format(as.numeric(logLik(fitted)), digits = 14), "\n")
}
out <- function(table, name) write.csv(table, file.path(args[3], name), row.names = FALSE, na = "")
out(fits, "fits.csv"); out(fixed, "fixed.csv"); out(variance, "variance.csv"); out(modes, "modes.csv")
sink(file.path(args[3], "session.txt"))
cat(R.version.string, "\n")
for (name in c("lme4", "lmerTest", "pbkrtest")) cat(name, as.character(packageVersion(name)), "\n")
sink()
