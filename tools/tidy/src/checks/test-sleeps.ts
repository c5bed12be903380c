import { isTest, isTypeScript, lineAt, type SourceFile, type Violation } from '../source-file.ts'
import { syntaxOf, visit } from '../syntax.ts'

const TIMERS = new Set(['setTimeout', 'setInterval'])
const TIMER_MODULES = new Set(['node:timers', 'timers', 'node:timers/promises', 'timers/promises'])
const MESSAGE = 'Advance a fake clock, or await the event itself: a test that sleeps is slow or wrong'

/** Tests do not sleep. */
export function testSleeps(files: readonly SourceFile[]): Violation[] {
  return files.filter((file) => isTypeScript(file) && isTest(file)).flatMap(sleepsIn)
}

function sleepsIn(file: SourceFile): Violation[] {
  const offsets = syntaxOf(file)
    .requests.filter(({ specifier }) => TIMER_MODULES.has(specifier))
    .map(({ offset }) => offset)
  visit(file, {
    CallExpression({ callee, start }) {
      if (callee.type === 'Identifier' && TIMERS.has(callee.name)) offsets.push(start)
      if (callee.type !== 'MemberExpression' || callee.computed) return
      const { object, property } = callee
      if (object.type !== 'Identifier') return
      const name = `${object.name}.${property.name}`
      if (name === 'Atomics.wait' || (object.name === 'globalThis' && TIMERS.has(property.name)))
        offsets.push(start)
    },
  })
  return offsets.map((offset) => ({ path: file.path, line: lineAt(file.text, offset), message: MESSAGE }))
}
