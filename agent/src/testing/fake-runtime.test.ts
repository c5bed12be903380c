import { FakeRuntime } from './fake-runtime.ts'
import { describeRuntimeContract } from './runtime-contract.ts'

describeRuntimeContract('FakeRuntime', () => {
  const runtime = new FakeRuntime()
  return {
    runtime,
    image: 'test/busybox:1',
    endContainer: async (name, exitCode) => runtime.exit(name, { exitCode }),
  }
})
