// Package swift speaks the OpenStack Object Storage API v1 (Swift) to OpenStack Swift, NHN
// Cloud, KakaoCloud and Ceph RGW. What differs between them is data in a [Profile].
package swift
