package swift_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/stowage-go/stowage/swift"
)

// Objects that are there become the segments of a large one. Package transfer does this by
// itself, in parallel.
func ExampleClient_CreateSLOManifest() {
	server := photos()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	var segments []swift.SLOSegment
	for i, text := range []string{"all the ", "year's ", "photos"} {
		name := fmt.Sprintf("parts/%02d", i+1)
		out, err := client.CreateObject(ctx, &swift.CreateObjectInput{Container: "photos", Object: name, Body: strings.NewReader(text)})
		if err != nil {
			log.Fatal(err)
		}
		segments = append(segments, swift.SLOSegment{Path: "photos/" + name, ETag: out.ETag, SizeBytes: int64(len(text))})
	}
	_, err := client.CreateSLOManifest(ctx, &swift.CreateSLOManifestInput{Container: "photos", Object: "year.tar", Segments: segments})
	if err != nil {
		log.Fatal(err)
	}
	stored, _ := server.Object("photos", "year.tar")
	fmt.Printf("%s\n", stored.Body)

	// Segments are compared with what the manifest says of them.
	segments[1].SizeBytes = 1
	_, err = client.CreateSLOManifest(ctx, &swift.CreateSLOManifestInput{Container: "photos", Object: "year.tar", Segments: segments})
	var refused *swift.SLOError
	if errors.As(err, &refused) {
		for _, segment := range refused.Segments {
			fmt.Println(segment.Path, segment.Reason)
		}
	}
	// Output:
	// all the year's photos
	// photos/parts/02 Size Mismatch
}

// DeleteObject would leave the segments behind.
func ExampleClient_DeleteSLO() {
	server := photos()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()

	_, err := client.CreateSLOManifest(ctx, &swift.CreateSLOManifestInput{
		Container: "photos", Object: "2025", Segments: []swift.SLOSegment{{Path: "photos/2025/cat.jpg"}, {Path: "photos/2025/dog.jpg"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	out, err := client.DeleteSLO(ctx, &swift.DeleteSLOInput{Container: "photos", Object: "2025"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.NumberDeleted, "objects deleted")
	fmt.Println("left:", server.Names("photos"))
	// Output:
	// 3 objects deleted
	// left: [2026/owl.jpg index.html]
}
