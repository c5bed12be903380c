import { expect, test } from 'vitest'
import { links } from './links.ts'

const TARGET = { path: 'docs/design/state.md', text: '# State\n\n## One log, `one` writer\n' }
const check = (text: string) => links([{ path: 'docs/a.md', text }, TARGET])

test('links reports a link when nothing is where it leads', () => {
  const broken = [
    '[a](design/log.md)',
    '[a](/docs/a.md)',
    '![a](../picture.png)',
    '[a](design/state.md#two)',
    '[a](#b)',
  ]
  for (const text of broken)
    expect(check(`x\n\n${text}`), text).toMatchObject([{ path: 'docs/a.md', line: 3 }])
  expect(check('[a]: design/log.md')).toHaveLength(1)
})

test('links accepts a link when it leads to a file, a folder, a heading or out of the repository', () => {
  const fine = [
    '[a](design/state.md)',
    '[a](design/)',
    '[a](../docs/design)',
    '[a](design/state.md#one-log-one-writer)',
    '# B\n[a](#b)',
    '[a](https://example.com/x.md)',
    '[a](mailto:a@example.com)',
    '`[a](nowhere.md)`',
    '```md\n[a](nowhere.md)\n```',
  ]
  for (const text of fine) expect(check(text), text).toEqual([])
})
