# So that plain `snakemake` works from the project's folder; the workflow itself is in workflow/Snakefile.
include: "workflow/Snakefile"


# A Snakefile that only includes another has no rule of its own to start from.
workflow.default_target = "all"
