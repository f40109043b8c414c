import type { QueryClient } from "@tanstack/react-query";
import { meansSignedOut } from "@/api/accessTokens.ts";
import type { Api } from "@/api/client.ts";
import { Problem } from "@/api/problem.ts";
import { documentQuery } from "@/api/queries.ts";
import type { AccessAnswer } from "./documentSession.ts";

/** Ask over HTTP what this person may do with a document that the socket has just refused. */
export async function askAccess(api: Api, client: QueryClient, documentId: string): Promise<AccessAnswer> {
  try {
    const answer = await client.query({ ...documentQuery(api, documentId), staleTime: 0, retry: false });
    return answer.access;
  } catch (error) {
    if (meansSignedOut(error)) return "signedOut";
    return error instanceof Problem && error.status < 500 ? "gone" : "unreachable";
  }
}
