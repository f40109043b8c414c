import { skipToken, useQuery } from "@tanstack/react-query";
import { body } from "./client.ts";
import { useServices } from "./services.tsx";

/** Pictures are few kilobytes: as an address of its own each is freed with the query that holds it. */
function asAddress(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error("a picture cannot be read"));
    reader.readAsDataURL(picture);
  });
}

/** A person's picture as an address for an image. One that is gone, or does not come, is none: initials do. */
export function usePicture(id: string | null) {
  const { api } = useServices();
  return useQuery({
    queryKey: ["picture", id],
    staleTime: Infinity,
    retry: false,
    queryFn:
      id === null
        ? skipToken
        : async () =>
            asAddress(
              await body<Blob>(
                api.GET("/api/pictures/{picture_id}", {
                  params: { path: { picture_id: id } },
                  parseAs: "blob",
                }),
              ),
            ),
  });
}
