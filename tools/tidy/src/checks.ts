import { decisionRecords } from './checks/decision-records.ts'
import { declaredImports } from './checks/declared-imports.ts'
import { docIndexes } from './checks/doc-indexes.ts'
import { domainPurity } from './checks/domain-purity.ts'
import { environmentReference } from './checks/environment-reference.ts'
import { errorMessage } from './checks/error-message.ts'
import { exactVersions } from './checks/exact-versions.ts'
import { exportDocs } from './checks/export-docs.ts'
import { links } from './checks/links.ts'
import { lockfile } from './checks/lockfile.ts'
import { privateDetails } from './checks/private-details.ts'
import { testSleeps } from './checks/test-sleeps.ts'
import { todoIssue } from './checks/todo-issue.ts'
import { unitSuffix } from './checks/unit-suffix.ts'
import { wildcardExport } from './checks/wildcard-export.ts'
import type { Check } from './source-file.ts'

/**
 * The checks that read the repository's text, by the name that an allowance uses.
 * @param root absolute path of the repository, which must not appear in it.
 */
export const textChecks = (root: string): ReadonlyMap<string, Check> =>
  new Map([
    ['declared-imports', declaredImports],
    ['decision-records', decisionRecords],
    ['doc-indexes', docIndexes],
    ['domain-purity', domainPurity],
    ['environment-reference', environmentReference],
    ['error-message', errorMessage],
    ['exact-versions', exactVersions],
    ['export-docs', exportDocs],
    ['links', links],
    ['lockfile', lockfile],
    ['private-details', privateDetails([root])],
    ['test-sleeps', testSleeps],
    ['todo-issue', todoIssue],
    ['unit-suffix', unitSuffix],
    ['wildcard-export', wildcardExport],
  ])
