import type { SourceFile, Violation } from '../source-file.ts'

const FOLDER = 'docs/decisions/'
const NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$/
const PARTS = ['Context', 'Decision', 'Consequences']

/** Decision records are numbered without gap or repetition, and each has the parts of the form. */
export function decisionRecords(files: readonly SourceFile[]): Violation[] {
  const records = files.filter(({ path }) => path.startsWith(FOLDER) && path !== `${FOLDER}README.md`)
  return records.flatMap((file, index) => {
    const number = NAME.exec(file.path.slice(FOLDER.length))?.[1]
    const expected = String(index + 1).padStart(4, '0')
    const faults = PARTS.filter((part) => !file.text.includes(`\n**${part}.** `)).map(
      (part) => `Add a paragraph that opens with **${part}.** (docs/decisions/README.md shows the form)`,
    )
    if (number === undefined) faults.push('Name the record NNNN-what-was-decided.md')
    else if (number !== expected) faults.push(`Number this record ${expected}: records follow each other`)
    else if (!file.text.startsWith(`# ${number}: `)) faults.push(`Open the record with "# ${number}: "`)
    return faults.map((message) => ({ path: file.path, line: 1, message }))
  })
}
