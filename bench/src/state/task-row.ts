import { create } from '@bufbuild/protobuf'
import { type Task, TaskSchema, TaskStatus } from '@homeport/wire/types'

const TASK_ID_DIGITS = 32
const CREATED_AT_MS = 1_750_000_000_000

/** A task that runs one container, as the state log holds it: about 300 bytes. Same `index`, same task. */
export function taskRow(index: number): Task {
  const taskId = index.toString(16).padStart(TASK_ID_DIGITS, '0')
  return create(TaskSchema, {
    accountId: '000000000000',
    region: 'us-east-1',
    cluster: 'default',
    taskId,
    desiredStatus: TaskStatus.RUNNING,
    changeCount: 3,
    spec: {
      taskDefinition: 'web:7',
      containerInstanceId: (index % 1000).toString(16).padStart(TASK_ID_DIGITS, '0'),
      requirements: { cpuUnits: 256, memoryMib: 512 },
      group: 'family:web',
      createdAtMs: CREATED_AT_MS + index,
      launchType: 'EC2',
      containers: [{ name: 'web', image: 'registry.internal/web:7', cpuUnits: 256, memoryMib: 512 }],
    },
    observed: {
      lastStatus: TaskStatus.RUNNING,
      startedAtMs: CREATED_AT_MS + index + 300,
      containers: [
        {
          name: 'web',
          runtimeId: taskId + taskId,
          image: 'registry.internal/web:7',
          lastStatus: TaskStatus.RUNNING,
        },
      ],
    },
  })
}
