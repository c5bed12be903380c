/** One thing that `npm test` checks. */
export interface CheckStep {
  /** `npm test -- NAME ...` runs only the named steps. */
  readonly name: string
  /** A script of the root package.json, or a project of vitest.config.ts. */
  readonly run:
    | { readonly kind: 'script'; readonly script: string }
    | { readonly kind: 'vitest'; readonly project: string }
}

const script = (name: string, scriptName: string = name): CheckStep => ({
  name,
  run: { kind: 'script', script: scriptName },
})

const vitest = (project: string): CheckStep => ({ name: project, run: { kind: 'vitest', project } })

/** Everything, the quick and telling first. */
export const STEPS: readonly CheckStep[] = [
  script('generated', 'generate:check'),
  script('proto', 'proto:check'),
  script('format', 'format:check'),
  script('typecheck'),
  script('lint'),
  script('boundaries'),
  script('knip'),
  vitest('unit'),
  vitest('conformance'),
  vitest('integration'),
  vitest('e2e'),
]
