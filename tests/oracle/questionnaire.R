# Figures of independent software for the questionnaire room: R with psych, lavaan and multilevel.
# Run by hand in this folder, `Rscript questionnaire.R`; tests read the CSV files and never need R.
# Last run with R 4.2.2, psych 2.2.9, lavaan 0.6.14, multilevel 2.7.
suppressMessages({library(psych); library(lavaan); library(multilevel)})
out <- list()
say <- function(what, name, value) out[[length(out) + 1]] <<- data.frame(what, name, value = as.numeric(value))
d <- read.csv("questionnaire_input.csv")
items <- c("a", "b", "c", "d", "e", "f")
x <- d[items]; x$d <- 6 - x$d

a <- suppressWarnings(psych::alpha(x))
say("alpha", "raw", a$total$raw_alpha)
say("alpha", "mean_r", a$total$average_r)
ci <- psych::alpha.ci(a$total$raw_alpha, n.obs = nrow(x), n.var = 6, digits = 15)
say("alpha", "low", ci$lower.ci); say("alpha", "high", ci$upper.ci)
for (i in items) {
  say("item_rest", i, cor(x[[i]], rowMeans(x[setdiff(items, i)])))
  say("alpha_without", i, suppressWarnings(psych::alpha(x[setdiff(items, i)]))$total$raw_alpha)
}

fit <- cfa(paste("g =~", paste(items, collapse = " + ")), x, std.lv = TRUE)
est <- parameterEstimates(fit)
load <- est$est[est$op == "=~"]; unique <- est$est[est$op == "~~" & est$lhs %in% items]
say("omega", "total", sum(load)^2 / (sum(load)^2 + sum(unique)))
measures <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr")
fm <- fitMeasures(fit, measures)
for (m in measures) say("fit", m, fm[[m]])
std <- standardizedSolution(fit)
for (k in seq_along(items)) say("loading", items[k], std$est.std[k])

# Holzinger & Swineford 1939, as in lavaan: only its correlations are kept.
nine <- HolzingerSwineford1939[paste0("x", 1:9)]
hs <- cfa(paste("g =~", paste(names(nine), collapse = " + ")), nine, std.lv = TRUE)
fm <- fitMeasures(hs, measures)
for (m in measures) say("hs_fit", m, fm[[m]])
std <- standardizedSolution(hs)
for (k in 1:9) say("hs_loading", paste0("x", k), std$est.std[k])
say("hs", "n", nrow(nine))
write.csv(format(cor(nine), digits = 15, trim = TRUE), "questionnaire_hs1939.csv", row.names = FALSE, quote = FALSE)

# A Heywood case: item 1 is all but the factor. factanal keeps unique variances at .005 or above.
r <- matrix(c(1, .8, .8, .4, .8, 1, .5, .3, .8, .5, 1, .3, .4, .3, .3, 1), 4)
h <- factanal(covmat = list(cov = r, n.obs = 200), factors = 1, control = list(opt = list(factr = 1)))
for (k in 1:4) say("heywood_unique", k, h$uniquenesses[k])
for (k in 1:4) say("heywood_loading", k, h$loadings[k])

score <- rowMeans(x)
full <- aov(score ~ factor(school), d)
say("icc_equal", "icc1", multilevel::ICC1(full)); say("icc_equal", "icc2", multilevel::ICC2(full))
part <- d$unequal == 1
for (which in c("equal", "unequal")) {
  rows <- if (which == "equal") rep(TRUE, nrow(d)) else part
  table <- summary(aov(score[rows] ~ factor(d$school[rows])))[[1]]
  say(paste0("aov_", which), "f", table$`F value`[1]); say(paste0("aov_", which), "df1", table$Df[1])
  say(paste0("aov_", which), "df2", table$Df[2]); say(paste0("aov_", which), "p", table$`Pr(>F)`[1])
  say(paste0("aov_", which), "msb", table$`Mean Sq`[1]); say(paste0("aov_", which), "msw", table$`Mean Sq`[2])
}
w <- multilevel::rwg.j(x, d$school, ranvar = (5^2 - 1) / 12)
for (k in seq_len(nrow(w))) say("rwg", as.character(w$grpid[k]), w$rwg.j[k])

all <- do.call(rbind, out)
all$value <- format(all$value, digits = 15, scientific = TRUE, trim = TRUE)
write.csv(all, "questionnaire.csv", row.names = FALSE, quote = FALSE)
