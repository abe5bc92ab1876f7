# What reference_fits.R leaves out: Rubin's rules by mice, influence of clusters and a variance of single rows by lme4.
#
#   python tests/oracle/make_data.py <folder of data>
#   Rscript tests/oracle/multilevel_oracle.R <folder of data> <multilevel_r.csv>
#
# R is not needed to run the tests: the results are committed. Debian packages: r-cran-lme4 r-cran-mice.
suppressMessages({library(lme4); library(mice)})
args <- commandArgs(TRUE)
out <- NULL
put <- function(what, case, name, level, value)
  out <<- rbind(out, data.frame(what, case, name, level, value = format(value, digits = 17, trim = TRUE)))

# Rubin's rules with Barnard and Rubin's degrees of freedom: estimates, standard errors, df of the complete data
pools <- list(
  three = list(q = c(0.31, 0.47, 0.28), se = c(0.11, 0.12, 0.10), df = 18.4),
  five = list(q = c(4.2, 4.9, 3.8, 4.4, 4.1), se = c(1.3, 1.2, 1.4, 1.3, 1.3), df = 4),
  ten = list(q = c(-1.2, -0.3, -0.9, 0.4, -2.1, -1.6, -0.2, -1.1, -0.8, -0.5), se = rep(0.4, 10), df = 250)
)
for (case in names(pools)) {
  one <- pools[[case]]
  # pool.scalar takes the df of the complete data as n - k
  found <- pool.scalar(one$q, one$se^2, n = one$df + 1, k = 1)
  put("rubin", case, "estimate", "", found$qbar)
  put("rubin", case, "se", "", sqrt(found$t))
  put("rubin", case, "df", "", found$df)
  put("rubin", case, "missing_share", "", (1 + 1 / found$m) * found$b / found$t)
}

tight <- function(formula, data, ...) {
  control <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, check.conv.singular = "ignore", check.nobs.vs.nlev = "ignore",
                         check.nobs.vs.nRE = "ignore", optCtrl = list(rhobeg = 2e-3, rhoend = 1e-10, maxfun = 20000))
  # do.call puts the values into the call, so that weights are found in the data
  run <- function(...) suppressWarnings(do.call(lmer, list(formula, data = data, control = control, ...)))
  one <- run(...)
  for (round in 1:3) one <- run(start = getME(one, "theta"), ...)
  one
}

# Fixed effects without each school, the variances held at those of all schools
for (case in c("few", "pupils")) {
  data <- read.csv(file.path(args[1], paste0(case, ".csv")), stringsAsFactors = TRUE)
  formula <- if (case == "few") score ~ treat + ses + (1 | school) else score ~ treat + ses + (1 + ses | school)
  all <- tight(formula, data)
  for (school in levels(data$school)) {
    deviance <- do.call(mkLmerDevfun, lFormula(formula, droplevels(data[data$school != school, ]), REML = TRUE))
    deviance(getME(all, "theta"))
    without <- environment(deviance)$pp$beta(1)
    change <- fixef(all) - without
    for (k in seq_along(without)) put("without", case, names(fixef(all))[k], school, without[k])
    put("cook", case, "", school, drop(change %*% solve(as.matrix(vcov(all)), change)) / length(change))
  }
}

# A variance of whole rows beside one that falls with the weight
data <- read.csv(file.path(args[1], "pupils.csv"), stringsAsFactors = TRUE)
data$row <- factor(seq_len(nrow(data)))
one <- tight(score ~ treat + ses + (1 | school) + (1 | row), data, weights = quote(weight))
spread <- as.data.frame(VarCorr(one))
for (k in seq_len(nrow(spread))) put("rows", "pupils", spread$grp[k], "", spread$vcov[k])
put("rows", "pupils", "loglik", "", as.numeric(logLik(one)))
for (name in c("lme4", "mice")) put("version", name, as.character(packageVersion(name)), "", NA)
write.csv(out, args[2], row.names = FALSE, quote = FALSE, na = "")
