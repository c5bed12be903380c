import { type AwsAccess, renderExportLines } from '../env-lines.ts'
import { SAMPLE_SERVICE } from './sample-service.ts'

/** The text that ends `npm start`: where the stack is, how to use it, what to try. */
export function renderReady(access: AwsAccess, accountId: string): string {
  return `
Homeport is ready at ${access.endpoint} (account ${accountId}, region ${access.region})

${renderExportLines(access).join('\n')}

Paste these lines into a shell, or run: eval "$(npm run -s env)". Then try:

  aws ecs list-container-instances
  aws ecs describe-services --services ${SAMPLE_SERVICE} --query 'services[0].[desiredCount,runningCount]'
  aws ecs update-service --service ${SAMPLE_SERVICE} --desired-count 3 --query service.desiredCount
`
}

/** The last line, while `npm start` stays in the foreground. */
export const FOREGROUND_HINT =
  'Ctrl-C stops Homeport; containers keep running. `npm run down` removes everything that it made.'

/** The last line, when the stack runs in the background. */
export const BACKGROUND_HINT =
  'Homeport runs in the background. `npm run down` stops it and removes everything that it made.'

/** The last line, when another process runs the stack. */
export const RUNNING_HINT =
  'It was running already. `npm run down` stops it and removes everything that it made.'
