/** The state process. */
import { runServiceProcess } from '@homeport/runtime'
import { startState } from './app.ts'
import { readStateProcessSettings } from './config.ts'

await runServiceProcess({
  name: 'state',
  readSettings: () => readStateProcessSettings(process.env),
  start: ({ state }, ports) => startState(state, ports),
})
