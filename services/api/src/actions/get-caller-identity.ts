import type { OperationInput, OperationOutput, RequestContext } from '@homeport/aws-wire'

/** Answers who signed the request, so that users can try their credentials. */
export async function getCallerIdentity(
  _input: OperationInput<'sts', 'GetCallerIdentity'>,
  { principal }: RequestContext,
): Promise<OperationOutput<'sts', 'GetCallerIdentity'>> {
  return { UserId: principal.userId, Account: principal.accountId, Arn: principal.arn }
}
